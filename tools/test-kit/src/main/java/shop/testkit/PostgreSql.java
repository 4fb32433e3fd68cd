/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/** A real PostgreSQL, one for each JVM that runs tests. */
public final class PostgreSql {
    private static EmbeddedPostgres server;

    private PostgreSql() {}

    /** A new database with these migrations applied, as the variables that a service reads it from. */
    public static Map<String, String> migrated(Path migrations) {
        return migrated(server(), migrations);
    }

    static Map<String, String> migrated(EmbeddedPostgres server, Path migrations) {
        String database = "test_" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + database);
        } catch (SQLException e) {
            throw new IllegalStateException("no database for the tests", e);
        }
        Flyway.configure()
                .dataSource(server.getDatabase("postgres", database))
                .locations("filesystem:" + migrations)
                .load()
                .migrate();
        return Map.of(
                "DB_HOST", "localhost",
                "DB_PORT", Integer.toString(server.getPort()),
                "DB_NAME", database,
                "DB_USERNAME", "postgres",
                "DB_PASSWORD", "postgres");
    }

    private static synchronized EmbeddedPostgres server() {
        if (server == null) {
            try {
                server = EmbeddedPostgres.start();
                Runtime.getRuntime().addShutdownHook(new Thread(PostgreSql::stop));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return server;
    }

    private static void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
