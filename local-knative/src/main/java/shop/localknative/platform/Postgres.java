package shop.localknative.platform;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import shop.localknative.StartException;

/** A real PostgreSQL of this system's own, with its data below the data directory. */
public final class Postgres implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final DataSource admin;

    private Postgres(EmbeddedPostgres server, DataSource admin) {
        this.server = server;
        this.admin = admin;
    }

    /** Blocks until it accepts connections; the first start takes seconds more, for initdb. */
    public static Postgres start(Path directory, int port, String password, Path log) throws IOException, SQLException {
        var server = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(port)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setConnectConfig("password", password)
                // zonky is made for tests and turns these off; here, what was committed has to survive anything.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                // Without the DETAIL of errors, which quotes rows, personal data included.
                .setServerConfig("log_error_verbosity", "terse")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "''")
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        var postgres = new Postgres(server, server.getPostgresDatabase());
        postgres.requirePasswords(directory, password);
        return postgres;
    }

    /** A database and the role that owns it, both called {@code name}; made when missing. */
    public void createDatabase(String name, String password) {
        try (Connection connection = admin.getConnection();
                Statement sql = connection.createStatement()) {
            var quoted = sql.enquoteIdentifier(name, true);
            try (var found = sql.executeQuery("SELECT FROM pg_roles WHERE rolname = " + sql.enquoteLiteral(name))) {
                if (!found.next()) {
                    try (var create = connection.createStatement()) {
                        create.execute(
                                "CREATE ROLE %s LOGIN PASSWORD %s".formatted(quoted, sql.enquoteLiteral(password)));
                    }
                }
            }
            try (var found = sql.executeQuery("SELECT FROM pg_database WHERE datname = " + sql.enquoteLiteral(name))) {
                if (!found.next()) {
                    try (var create = connection.createStatement()) {
                        create.execute("CREATE DATABASE %s OWNER %s".formatted(quoted, quoted));
                        create.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC".formatted(quoted));
                    }
                }
            }
        } catch (SQLException e) {
            throw new StartException("The database %s can't be made: %s".formatted(name, e.getMessage()), e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** initdb trusts every local user; that ends here, before any database of ours exists. */
    private void requirePasswords(Path directory, String password) throws IOException, SQLException {
        var rules = directory.resolve("pg_hba.conf");
        var asked = "host all all 127.0.0.1/32 scram-sha-256\n";
        if (Files.readString(rules).equals(asked)) {
            return;
        }
        try (Connection connection = admin.getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("ALTER ROLE postgres PASSWORD " + sql.enquoteLiteral(password));
            Files.writeString(rules, asked);
            sql.execute("SELECT pg_reload_conf()");
        }
    }

    /** A server that outlived its local-knative holds its data directory; it names itself in postmaster.pid. */
    public static void stopLeftover(Path directory) {
        var pidFile = directory.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        var lines = lines(pidFile);
        long pid = Long.parseLong(lines.getFirst().strip());
        long started = TimeUnit.SECONDS.toMillis(Long.parseLong(lines.get(2).strip()));
        ProcessHandle.of(pid)
                .filter(process -> process.info()
                        .startInstant()
                        .filter(at -> Math.abs(at.toEpochMilli() - started) < 60_000)
                        .isPresent())
                .ifPresent(process -> Processes.stop(process, Duration.ofSeconds(20)));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
