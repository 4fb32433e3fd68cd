/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** As {@link PostgresResource}, with a server of its own: to be killed, stopped and frozen, and which takes 20 connections only. */
public class MortalPostgresResource extends PostgresResource {
    private Path data;
    private EmbeddedPostgres server;
    private String database;

    @Override
    Map<String, String> database(Path migrations) {
        try {
            data = Files.createTempDirectory("mortal-postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = start(0);
        Map<String, String> variables = PostgreSql.migrated(server, migrations);
        database = variables.get("DB_NAME");
        return variables;
    }

    /** A connection beside those of the service. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.getJdbcUrl("postgres", database), "postgres", "postgres");
    }

    /** Shuts the server down, as an operator does. */
    public void shutDown() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again, after whatever end, at the same port and with the same data. */
    public void restart() {
        shutDown();
        server = start(server.getPort());
    }

    /** The server's first process, the postmaster. */
    public ProcessHandle postmaster() {
        try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
            return ProcessHandle.of(Long.parseLong(lines.findFirst().orElseThrow()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends {@code STOP} or {@code CONT} to all of the server's processes. */
    public void signalAll(String signal) {
        ProcessHandle postmaster = postmaster();
        List<String> processes = Stream.concat(Stream.of(postmaster), postmaster.children())
                .map(process -> Long.toString(process.pid()))
                .toList();
        List<String> command = Stream.concat(Stream.of("kill", "-" + signal), processes.stream())
                .toList();
        try {
            new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        shutDown();
    }

    private EmbeddedPostgres start(int port) {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setServerConfig("max_connections", "20");
            return port == 0 ? builder.start() : builder.setPort(port).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
