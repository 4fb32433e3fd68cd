/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The broker's database, empty: one for all tests, which run one after the other. */
final class Database implements AutoCloseable {

    /** Not started by a process that only uses the database: it would be left behind when that is killed. */
    private static final class Server {
        static final EmbeddedPostgres POSTGRES = start();
    }

    static {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1)); // For machines that are busy with something else, too.
    }

    final String url = Server.POSTGRES.getJdbcUrl("postgres", "postgres");
    final HikariDataSource pool = pool(url);

    Database() throws SQLException {
        execute("drop table if exists delivery, elsewhere");
    }

    static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(8);
        return new HikariDataSource(config);
    }

    /** How many deliveries the broker has still to make. */
    long pending() throws SQLException {
        return number("select count(*) from delivery");
    }

    /** Failed attempts of a pending delivery. */
    long attempts() throws SQLException {
        return number("select max(attempts) from delivery");
    }

    /** Of the pending delivery. */
    long secondsUntilDue() throws SQLException {
        return number("select extract(epoch from due_at - now())::bigint from delivery");
    }

    long waitingForLocks() throws SQLException {
        return number("select count(*) from pg_stat_activity where wait_event_type = 'Lock'");
    }

    void execute(String sql) throws SQLException {
        try (Connection c = pool.getConnection();
                Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection c = pool.getConnection();
                Statement s = c.createStatement();
                ResultSet row = s.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    private static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
