/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import com.zaxxer.hikari.HikariDataSource;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;
import shop.localknative.eventing.Eventing;
import shop.localknative.eventing.RefusedDeadLetters;
import shop.localknative.eventing.ServiceAccounts;
import shop.localknative.manifests.Manifests;
import shop.localknative.metrics.ProcessMetrics;
import shop.localknative.network.Addresses;
import shop.localknative.network.FrontDoor;
import shop.localknative.network.Loopback;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.Monitoring;
import shop.localknative.platform.Platform;
import shop.localknative.platform.Postgres;
import shop.localknative.platform.Processes;
import shop.localknative.serving.Functions;
import shop.localknative.serving.Registry;
import shop.localknative.serving.Serving;
import shop.localknative.serving.StatusPage;
import shop.localknative.serving.revisions.ServingMetrics;
import shop.localknative.tracing.Spans;
import shop.localknative.tracing.TracePages;
import shop.localknative.tracing.Traces;

/**
 * One system: the resources of the manifests, and the platform beside Knative. The monitor guards what is to be closed, by
 * the thread that starts it and the one that stops it; it is not held while a part is closed.
 */
public final class Cluster implements AutoCloseable {
    private static final String BROKER_DATABASE = "local_knative";

    /** What a process that is killed has counted since is lost; asking is cheap, and the shortest usual interval is 15 s. */
    private static final Duration SCRAPE_INTERVAL = Duration.ofSeconds(5);

    private final Options options;
    private final Manifests manifests;
    private final Vertx vertx;
    private final InstantSource clock = InstantSource.system();
    private final Addresses addresses = new Addresses();
    private final Optional<Traces> traces;
    private final ServingMetrics metrics = new ServingMetrics(new ProcessMetrics(SCRAPE_INTERVAL));
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private Map<String, Map<String, String>> externalEnvironments = Map.of();
    private boolean closed;

    /** The JVM must not end before a start that {@link #close} has interrupted has stopped what it was just starting. */
    private volatile CountDownLatch starting = new CountDownLatch(0);

    /** @throws StartException when the manifests are not understood, or the options not meant for them */
    public Cluster(Options options) {
        this.options = options;
        this.manifests = options.checked();
        this.traces = options.traces.map(Traces::open);
        this.vertx = Vertx.vertx();
        traces.ifPresent(this::closing);
        closing(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
    }

    /**
     * Starts everything but the services' processes: they wait for their first request.
     *
     * @return the port of the front door
     * @throws StartException when that is impossible; what was started by then is stopped by {@link #close}
     */
    public int start() {
        starting = new CountDownLatch(1);
        try {
            return startAll();
        } finally {
            starting.countDown();
        }
    }

    private int startAll() {
        manifests.skipped().forEach((kind, names) -> Console.say("skipped", "%s %s".formatted(kind, names)));
        manifests.notes().forEach(note -> Console.say("manifests", note));
        var door = new FrontDoor();
        int port = Loopback.listen(vertx, options.port, door);
        var data = closing(DataDirectory.open(options.data()));
        var processes = new Processes(data.directory("run"));
        tidy(data, processes);
        data.namespace(manifests.namespace());
        var platform = closing(Platform.start(data));
        var spans = traces.map(Spans::into).orElse(Spans.NONE);
        var serving = new Serving(vertx, addresses, processes, data.directory("revisions"), door, clock, spans);
        var reconciler = new Reconciler(options, manifests, data, platform, serving, addresses, metrics, port);
        reconciler.start();
        var eventing = eventing(platform, spans);
        closing(serving::close);
        closing(eventing::stopDeliveries);
        platform.createDatabase(BROKER_DATABASE);
        reconciler.migrate();
        eventing.start();
        var monitoring = monitoring(port, data, processes, platform);
        route(door, platform, serving, eventing, reconciler, monitoring);
        door.open();
        serving.start();
        closing(reconciler::close);
        reconciler.follow();
        externalEnvironments = reconciler.externalEnvironments();
        serving.publicUrls(port).forEach(Console::say);
        Console.say("mailbox", "http://localhost:%d/mailbox".formatted(port));
        traces.ifPresent(on -> Console.say("traces", "http://localhost:%d/traces".formatted(port)));
        Console.say("logs", data.directory("logs").toString());
        return port;
    }

    /** The environments that the processes of external services need, by name; known once this is started. */
    public Map<String, Map<String, String>> externalEnvironments() {
        return externalEnvironments;
    }

    /** Removes the leftovers of an earlier run that was killed; with --fresh, its state, too. */
    private void tidy(DataDirectory data, Processes processes) {
        int leftovers = processes.stopLeftovers();
        if (leftovers > 0) {
            Console.say("local-knative", "stopped %d processes of an earlier run".formatted(leftovers));
        }
        Postgres.stopLeftover(data.directory("postgresql"));
        if (options.fresh) {
            data.clear();
        }
        data.delete("volumes"); // made anew from the manifests; what is not mounted any more shall be gone
    }

    /** Where its parts are, by name. */
    private Map<String, URI> monitoring(int port, DataDirectory data, Processes processes, Platform platform) {
        return options.monitoring == null
                ? Map.of()
                : closing(Monitoring.start(options.monitoring, port, data, processes, platform.credentials()))
                        .addresses();
    }

    private Eventing eventing(Platform platform, Spans spans) {
        var pool = closing(new HikariDataSource());
        pool.setDataSource(platform.database(BROKER_DATABASE));
        // Hikari's 30 s would outlast the patience of who sends an event, and of who pressed Ctrl-C.
        pool.setConnectionTimeout(5_000);
        var accounts = new ServiceAccounts(
                (subject, audience, valid) -> platform.cluster().issue(subject, audience, List.of(), valid), clock);
        var eventing = closing(new Eventing(
                vertx, pool, manifests, addresses::resolve, accounts, options.inMemoryBroker, clock, spans));
        addresses.add(Addresses.BROKER_INGRESS, Loopback.listen(vertx, 0, eventing.ingress()));
        return eventing;
    }

    /** Routes the host names that are not services'. */
    private void route(
            FrontDoor door,
            Platform platform,
            Serving serving,
            Eventing eventing,
            Reconciler reconciler,
            Map<String, URI> monitoring) {
        var pages = new StatusPage(
                vertx,
                serving,
                new Registry(reconciler::manifests, serving, options.external),
                new Functions(reconciler::manifests, serving, eventing.invocations()),
                platform.mailbox(),
                () -> status(platform, eventing, reconciler, monitoring),
                () -> eventing.metrics() + metrics.text(serving.revisions()),
                new TracePages(traces));
        door.route("localhost", pages);
        door.route("127.0.0.1", pages);
        door.route(Addresses.BROKER_INGRESS, eventing.ingress());
    }

    private JsonObject status(
            Platform platform, Eventing eventing, Reconciler reconciler, Map<String, URI> monitoring) {
        var refused = eventing.refusedDeadLetters().stream().map(Cluster::json).toList();
        var status = new JsonObject()
                .put("problem", reconciler.problem().orElse(null))
                .put("refusedDeadLetters", new JsonArray(refused))
                .put("broker", "http://" + Addresses.BROKER_INGRESS)
                .put("postgresql", "127.0.0.1:" + platform.postgresPort())
                .put("data", options.data().toString());
        monitoring.forEach((name, address) -> status.put(name, address.toString()));
        return status;
    }

    private static JsonObject json(RefusedDeadLetters letters) {
        return new JsonObject()
                .put("trigger", letters.trigger())
                .put("sink", letters.sink().toString())
                .put("status", letters.code())
                .put("count", letters.count());
    }

    private <T extends AutoCloseable> T closing(T part) {
        if (!add(part)) {
            close(part);
            throw new StartException("Stopped while starting.");
        }
        return part;
    }

    private synchronized boolean add(AutoCloseable part) {
        if (!closed) {
            started.push(part);
        }
        return !closed;
    }

    /** Stops everything, in the opposite order. Blocks until all processes have ended. */
    @Override
    public void close() {
        for (var part = next(); part.isPresent(); part = next()) {
            close(part.get());
        }
        close(starting::await);
        Console.flush();
    }

    private synchronized Optional<AutoCloseable> next() {
        closed = true;
        return Optional.ofNullable(started.poll());
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            Console.say("local-knative", "could not stop cleanly: " + e);
        }
    }
}
