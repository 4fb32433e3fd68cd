package shop.localknative.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import shop.localknative.Console;

/** What an application finds beside Knative: PostgreSQL, a mailbox, two token issuers. */
public final class Platform implements AutoCloseable {
    private final Credentials credentials;
    private final TokenIssuer people;
    private final TokenIssuer cluster;
    private final Mailbox mailbox;
    private final int postgresPort = Ports.free();
    private final CompletableFuture<Postgres> postgres = new CompletableFuture<>();

    private Platform(DataDirectory data) {
        this.credentials = new Credentials(data.directory("credentials"));
        this.people = TokenIssuer.people(data.directory("keys"));
        this.cluster = TokenIssuer.cluster(data.directory("keys"));
        this.mailbox = Mailbox.start(data.directory("mail"), credentials.password("smtp"));
    }

    /** Returns while PostgreSQL is still starting, which takes longer than everything else. */
    public static Platform start(DataDirectory data) {
        var directory = data.directory("postgresql");
        var log = data.directory("logs").resolve("postgresql.log");
        var platform = new Platform(data);
        Thread.ofVirtual().name("postgresql").start(() -> platform.startPostgres(directory, log));
        return platform;
    }

    private void startPostgres(Path directory, Path log) {
        try {
            long begin = System.nanoTime();
            var server = Postgres.start(directory, postgresPort, credentials.password("postgres"), log);
            Console.say("postgresql", "ready after %.1f s".formatted((System.nanoTime() - begin) / 1e9));
            postgres.complete(server);
        } catch (Exception e) {
            postgres.completeExceptionally(e);
        }
    }

    public Credentials credentials() {
        return credentials;
    }

    public TokenIssuer people() {
        return people;
    }

    public TokenIssuer cluster() {
        return cluster;
    }

    public Mailbox mailbox() {
        return mailbox;
    }

    public int postgresPort() {
        return postgresPort;
    }

    /** Blocks until it has started. */
    public Postgres postgres() {
        return postgres.join();
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
