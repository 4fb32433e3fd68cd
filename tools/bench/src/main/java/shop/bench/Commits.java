/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The broker's database by itself: the rows that the broker writes, in a table like its own. */
final class Commits implements AutoCloseable {
    /** As many as the broker has. */
    static final int CONNECTIONS = 10;

    /** As many as the broker writes together at most. */
    static final int BATCH = 256;

    private static final String DATABASE = "local_knative";
    private static final String COLUMNS = "insert into bench (trigger, due_at, ttl, headers, data) values ";
    private static final String HEADERS = """
            {"ce-id":"0199f3a0-7d2c-7c58-9f0e-3d1f6d0c8a12","ce-source":"/order-service",\
            "ce-specversion":"1.0","ce-subject":"0199f3a0-7d2c-7c58-9f0e-3d1f6d0c8a11",\
            "ce-time":"2026-01-02T03:04:05Z","ce-type":"shop.order.placed.v1","content-type":"application/json"}""";
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");

    private final int port;
    private final String password;

    Commits(int port, String password) throws SQLException {
        this.port = port;
        this.password = password;
        execute("create table bench (like delivery including all)");
    }

    /** Inserts a second, each its own transaction. */
    double single(Duration time) throws IOException, InterruptedException, SQLException {
        execute("truncate bench");
        AtomicLong inserts = new AtomicLong();
        long start = System.nanoTime();
        BrokerFigures.inParallel(CONNECTIONS, () -> {
            try (Connection connection = connection();
                    PreparedStatement insert = insert(connection)) {
                while (System.nanoTime() - start < time.toNanos()) {
                    insert.executeUpdate();
                    inserts.incrementAndGet();
                }
            }
            return null;
        });
        return inserts.get() / ((System.nanoTime() - start) / 1e9);
    }

    /** Inserts a second, {@link #BATCH} in a transaction. */
    double batched(Duration time) throws SQLException {
        execute("truncate bench");
        long inserts = 0;
        long start = System.nanoTime();
        try (Connection connection = connection();
                PreparedStatement insert = insert(connection)) {
            connection.setAutoCommit(false);
            while (System.nanoTime() - start < time.toNanos()) {
                for (int i = 0; i < BATCH; i++) {
                    insert.addBatch();
                }
                insert.executeBatch();
                connection.commit();
                inserts += BATCH;
            }
        }
        return inserts / ((System.nanoTime() - start) / 1e9);
    }

    /** As {@link #single}, by PostgreSQL's own tool; NaN where that is not on the path. */
    double pgbench(Duration time) throws IOException, InterruptedException, SQLException {
        execute("truncate bench");
        // A colon before a letter or a digit would begin a variable.
        String values = "('bench/all', now(), 255, '%s'::json, '%s'::bytea);\n"
                .formatted(
                        HEADERS.replaceAll(":(?=\\d)", "\\\\u003a"), OneBroker.DATA.replaceAll(":(?=\\d)", "\\\\072"));
        Path script = Files.writeString(Files.createTempFile("insert", ".sql"), COLUMNS + values);
        ProcessBuilder pgbench = new ProcessBuilder(List.of(
                        "pgbench",
                        "-n",
                        "-M",
                        "prepared",
                        "-c",
                        String.valueOf(CONNECTIONS),
                        "-j",
                        "2",
                        "-T",
                        String.valueOf(time.toSeconds()),
                        "-f",
                        script.toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        String.valueOf(port),
                        "-U",
                        DATABASE,
                        DATABASE))
                .redirectErrorStream(true);
        pgbench.environment().put("PGPASSWORD", password);
        try {
            String output = new String(pgbench.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher tps = TPS.matcher(output);
            if (!tps.find()) {
                throw new IOException(output);
            }
            return Double.parseDouble(tps.group(1));
        } catch (IOException e) {
            if (e.getMessage().contains("Cannot run program")) {
                return Double.NaN;
            }
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        execute("drop table bench");
    }

    /** One insert; auto-commit is on. */
    static PreparedStatement insert(Connection connection) throws SQLException {
        PreparedStatement insert = connection.prepareStatement(COLUMNS + "(?, now(), ?, ?::json, ?)");
        insert.setString(1, "bench/all");
        insert.setInt(2, 255);
        insert.setString(3, HEADERS);
        insert.setBytes(4, OneBroker.DATA.getBytes(StandardCharsets.UTF_8));
        return insert;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    Connection connection() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, DATABASE), DATABASE, password);
    }
}
