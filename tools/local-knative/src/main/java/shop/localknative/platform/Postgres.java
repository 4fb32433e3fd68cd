/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;

/** A real PostgreSQL of this system's own, with its data below the data directory. Immutable, so safe for any thread. */
public final class Postgres implements AutoCloseable {
    private static final String ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n";

    private static final String NUMBER = " *\\d{1,18} *";

    private static final Path BINARIES = Path.of(System.getProperty("user.home"), ".cache", "local-knative");

    private final EmbeddedPostgres server;
    private final DataSource admin;
    private final Path directory;
    private final Path log;
    private final Thread guard = Thread.ofPlatform().daemon().name("postgresql").unstarted(this::keepAlive);

    private Postgres(EmbeddedPostgres server, Path directory, Path log) {
        this.server = server;
        this.admin = server.getPostgresDatabase();
        this.directory = directory;
        this.log = log;
    }

    /** Blocks until it accepts connections; the first start takes seconds more, for initdb. */
    public static Postgres start(Path directory, int port, String password, Path log) throws IOException, SQLException {
        if (!asksForPasswords(directory)) {
            // No database of ours can be in it yet, at most the half of what initdb makes, which would never start.
            DataDirectory.delete(directory);
            PrivateFile.directory(directory);
        }
        PrivateFile.directory(BINARIES);
        var server = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                // zonky unpacks its binaries into /tmp, where any user could exchange them.
                .setOverrideWorkingDirectory(BINARIES.toFile())
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
        var postgres = new Postgres(server, directory, log);
        postgres.requirePasswords(password);
        postgres.guard.start();
        return postgres;
    }

    /** Starts the server again when it ends alone, however often that fails: without it, nothing of the system works. */
    private void keepAlive() {
        var told = "";
        try {
            while (true) {
                try {
                    var process = server(directory);
                    if (process.isPresent()) {
                        process.get().onExit().get();
                        Console.say("postgresql", "has ended and is started again; %s may say why".formatted(log));
                    }
                    if (restart()) {
                        told = "";
                        Console.say("postgresql", "ready again");
                    }
                } catch (IOException | ExecutionException | RuntimeException e) {
                    if (!told.equals(e.toString())) {
                        told = e.toString();
                        Console.say("postgresql", "can't be started again yet: " + e);
                    }
                }
                Thread.sleep(500); // what is left of the old one is in the way for a moment
            }
        } catch (InterruptedException closed) {
            // it is stopped now
        }
    }

    /** With the options of the last start, which pg_ctl finds beside the data. */
    private boolean restart() throws IOException, InterruptedException {
        var options = Files.readString(directory.resolve("postmaster.opts"));
        var control = Path.of(options.split(" ", 2)[0]).resolveSibling("pg_ctl");
        var command = new ArrayList<String>();
        if (LinuxUtils.isUnshareAvailable()) {
            command.addAll(List.of("unshare", "-U")); // as zonky does: PostgreSQL does not run as root
        }
        command.addAll(List.of(control.toString(), "-D", directory.toString(), "-l", log.toString(), "-w", "restart"));
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start()
                        .waitFor()
                == 0;
    }

    /** A database and the role that owns it, both called {@code name}; made when missing. */
    public void createDatabase(String name, String password) {
        try (Connection connection = admin.getConnection();
                Statement sql = connection.createStatement()) {
            var quoted = sql.enquoteIdentifier(name, true);
            if (isMissing(sql, "pg_roles WHERE rolname", name)) {
                sql.execute("CREATE ROLE %s LOGIN PASSWORD %s".formatted(quoted, sql.enquoteLiteral(password)));
            }
            if (isMissing(sql, "pg_database WHERE datname", name)) {
                sql.execute("CREATE DATABASE %s OWNER %s".formatted(quoted, quoted));
                sql.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC".formatted(quoted));
            }
        } catch (SQLException e) {
            throw new StartException("The database %s can't be made: %s".formatted(name, e.getMessage()), e);
        }
    }

    private static boolean isMissing(Statement sql, String where, String name) throws SQLException {
        try (var found = sql.executeQuery("SELECT FROM %s = %s".formatted(where, sql.enquoteLiteral(name)))) {
            return !found.next();
        }
    }

    @Override
    public void close() throws IOException {
        guard.interrupt();
        server.close();
    }

    /** initdb trusts every local user; that ends here, before any database of ours exists. */
    private void requirePasswords(String password) throws IOException, SQLException {
        if (asksForPasswords(directory)) {
            return;
        }
        try (Connection connection = admin.getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("ALTER ROLE postgres PASSWORD " + sql.enquoteLiteral(password));
            PrivateFile.write(rules(directory), ACCESS.getBytes());
            sql.execute("SELECT pg_reload_conf()");
        }
    }

    private static boolean asksForPasswords(Path directory) throws IOException {
        return Files.exists(rules(directory))
                && Files.readString(rules(directory)).equals(ACCESS);
    }

    private static Path rules(Path directory) {
        return directory.resolve("pg_hba.conf");
    }

    /** Stops an initdb or a server of an earlier local-knative, which would hold the data directory. */
    public static void stopLeftover(Path directory) {
        ProcessHandle.allProcesses()
                .filter(process -> isFor(directory, process))
                .forEach(process -> Processes.stop(process, Duration.ofSeconds(20)));
        server(directory).ifPresent(process -> Processes.stop(process, Duration.ofSeconds(20)));
    }

    /** initdb, and pg_ctl, which starts the server, are on no record. */
    private static boolean isFor(Path directory, ProcessHandle process) {
        return process.info()
                .arguments()
                .map(List::of)
                .filter(arguments -> Collections.indexOfSubList(arguments, List.of("-D", directory.toString())) >= 0)
                .isPresent();
    }

    /** A server names itself in postmaster.pid; empty, too, when that is half-written: on a full disk, or for a moment. */
    static Optional<ProcessHandle> server(Path directory) {
        List<String> lines;
        try {
            lines = Files.readAllLines(directory.resolve("postmaster.pid"));
        } catch (IOException missing) {
            return Optional.empty();
        }
        if (lines.size() < 3 || !lines.get(0).matches(NUMBER) || !lines.get(2).matches(NUMBER)) {
            return Optional.empty();
        }
        long started = TimeUnit.SECONDS.toMillis(Long.parseLong(lines.get(2).strip()));
        return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                .filter(process -> process.info()
                        .startInstant()
                        .filter(at -> Math.abs(at.toEpochMilli() - started) < 60_000)
                        .isPresent());
    }
}
