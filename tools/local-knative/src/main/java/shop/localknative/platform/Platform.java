/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;

/** The services that an application finds beside Knative: PostgreSQL, a mailbox, two token issuers. */
public record Platform(
        Credentials credentials,
        TokenIssuer people,
        TokenIssuer cluster,
        Mailbox mailbox,
        int postgresPort,
        CompletableFuture<Postgres> postgres)
        implements AutoCloseable {
    /** Returns while PostgreSQL is still starting, which takes longer than everything else. */
    public static Platform start(DataDirectory data) {
        var credentials = new Credentials(data.directory("credentials"));
        int port = Ports.free();
        var postgres = new CompletableFuture<Postgres>();
        var directory = data.directory("postgresql");
        var log = data.directory("logs").resolve("postgresql.log");
        Thread.ofPlatform()
                .daemon()
                .name("postgresql")
                .start(() -> start(postgres, directory, port, credentials.password("postgres"), log));
        // The first time, each takes a second for its key.
        var keys = data.directory("keys");
        var people = CompletableFuture.supplyAsync(() -> TokenIssuer.people(keys));
        var cluster = TokenIssuer.cluster(keys);
        var mailbox = Mailbox.start(data.directory("mail"), credentials.password("smtp"));
        return new Platform(credentials, people.join(), cluster, mailbox, port, postgres);
    }

    private static void start(
            CompletableFuture<Postgres> postgres, Path directory, int port, String password, Path log) {
        try {
            long begin = System.nanoTime();
            var server = Postgres.start(directory, port, password, log);
            Console.say("postgresql", "ready after %.1f s".formatted((System.nanoTime() - begin) / 1e9));
            postgres.complete(server);
        } catch (Throwable e) { // An Error, too: somebody waits for this.
            postgres.completeExceptionally(new StartException(
                    "PostgreSQL can't be started: %s. %s may say more; %d MB are free for %s."
                            .formatted(e.getMessage(), log, directory.toFile().getUsableSpace() >> 20, directory),
                    e));
        }
    }

    /**
     * A database, and a role of the same name that owns it; made when missing. Blocks until PostgreSQL has started.
     *
     * @throws StartException when it can't be started
     */
    public void createDatabase(String name) {
        try {
            postgres.join().createDatabase(name, credentials.password(name));
        } catch (CompletionException e) {
            throw (StartException) e.getCause();
        }
    }

    /** Connections to a database by the role that owns it; they can be made once it was created. */
    public DataSource database(String name) {
        var database = new PGSimpleDataSource();
        database.setServerNames(new String[] {"127.0.0.1"});
        database.setPortNumbers(new int[] {postgresPort});
        database.setDatabaseName(name);
        database.setUser(name);
        database.setPassword(credentials.password(name));
        database.setLogServerErrorDetail(false); // It quotes rows, personal data included.
        return database;
    }

    @Override
    public void close() throws IOException {
        mailbox.close();
        try {
            postgres.join().close();
        } catch (CompletionException neverStarted) {
            // and start() has said why
        }
    }
}
