package shop.localknative;

import com.zaxxer.hikari.HikariDataSource;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import shop.localknative.eventing.Eventing;
import shop.localknative.eventing.InvalidResource;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.manifests.Manifests;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.Platform;
import shop.localknative.platform.Postgres;
import shop.localknative.platform.Processes;
import shop.localknative.serving.Addresses;
import shop.localknative.serving.FrontDoor;
import shop.localknative.serving.Image;
import shop.localknative.serving.Revision;
import shop.localknative.serving.Serving;
import shop.localknative.serving.SinkBindings;
import shop.localknative.serving.StatusPage;
import shop.localknative.workload.Config;
import shop.localknative.workload.FlywayJob;
import shop.localknative.workload.GeneratedSecrets;
import shop.localknative.workload.Pod;
import shop.localknative.workload.Workload;

/** One system: what the manifests describe, and what it finds beside Knative in a cluster. */
public final class Cluster implements AutoCloseable {
    private static final String BROKER_DATABASE = "local_knative";

    /**
     * @param images the directory whose modules stand for the images
     * @param port of the front door; 0 for any
     * @param data the directory of all state
     * @param fresh without the state of earlier runs
     * @param environment more variables for every process
     * @param external where the services are that are run by someone else, by name
     */
    public record Options(
            Path manifests,
            Path images,
            int port,
            Path data,
            boolean fresh,
            Map<String, String> environment,
            Map<String, URI> external) {}

    private final Options options;
    private final Manifests manifests;
    private final Vertx vertx;
    private final Addresses addresses = new Addresses();
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Map<String, Revision> external = new TreeMap<>();
    private boolean closed;

    /** @throws StartException when the manifests are not understood */
    public Cluster(Options options) {
        this.options = options;
        this.manifests = ManifestReader.read(options.manifests());
        this.vertx = Vertx.vertx();
        closing(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
    }

    /**
     * Starts everything but the services' processes: they wait for their first request.
     *
     * @return the port of the front door
     * @throws StartException when that is impossible; what was started by then is stopped by {@link #close}
     */
    public int start() {
        manifests.skipped().forEach((kind, names) -> Console.say("skipped", "%s %s".formatted(kind, names)));
        var door = new FrontDoor();
        int port = Serving.listen(vertx, options.port(), door);
        var data = closing(DataDirectory.open(options.data()));
        var processes = new Processes(data.directory("run"));
        tidy(data, processes);
        var platform = closing(Platform.start(data));
        var config = new Config(manifests);
        var secrets = new GeneratedSecrets(platform);
        secrets.addTo(config, Workload.all(manifests));

        var serving = new Serving(vertx, addresses, processes);
        var bindings = new SinkBindings(manifests.resources(SinkBinding.class));
        for (Pod pod : pods(Service.class, config, platform, data)) {
            var variables = new HashMap<>(bindings.environmentOf(pod.workload().manifest()));
            variables.putAll(options.environment());
            var image = Image.of(pod.workload(), options.images());
            var log = data.directory("logs").resolve(pod.workload().name() + ".log");
            add(new Revision(pod, image, variables, addresses, log), serving);
            renewTokens(pod);
        }
        requireAllExternalsFound(serving);
        var jobs = pods(Job.class, config, platform, data).stream()
                .map(FlywayJob::of)
                .toList();
        var eventing = eventing(platform);
        closing(serving);
        closing(eventing::stopDeliveries);
        prepareDatabases(platform, secrets, jobs);
        eventing.start();
        door.open(hosts(platform, serving, eventing));
        serving.publicUrls(port).forEach(Console::say);
        Console.say("mailbox", "http://localhost:%d/mailbox".formatted(port));
        Console.say("logs", data.directory("logs").toString());
        return port;
    }

    /** What the external services' processes need to be part of this system, by name, once it is started. */
    public Map<String, Map<String, String>> externalEnvironments() {
        var environments = new TreeMap<String, Map<String, String>>();
        external.forEach((name, revision) -> environments.put(
                name, revision.launch(options.external().get(name).getPort()).environment()));
        return environments;
    }

    private void add(Revision revision, Serving serving) {
        var address = options.external().get(revision.name());
        if (address == null) {
            serving.add(revision);
        } else {
            serving.addExternal(revision, address);
            external.put(revision.name(), revision);
        }
    }

    private void requireAllExternalsFound(Serving serving) {
        for (var service : options.external().entrySet()) {
            if (!external.containsKey(service.getKey())) {
                throw new StartException("--external %s: the manifests have no such service, only %s."
                        .formatted(service.getKey(), serving.names()));
            }
        }
    }

    /** What an earlier run left behind when it was killed; with --fresh, all that it knew, too. */
    private void tidy(DataDirectory data, Processes processes) {
        int leftovers = processes.stopLeftovers();
        if (leftovers > 0) {
            Console.say("local-knative", "stopped %d processes of an earlier run".formatted(leftovers));
        }
        Postgres.stopLeftover(data.directory("postgresql"));
        if (options.fresh()) {
            data.clear();
        }
        data.delete("volumes"); // made anew from the manifests; what is not mounted any more shall be gone
    }

    private List<Pod> pods(Class<? extends HasMetadata> kind, Config config, Platform platform, DataDirectory data) {
        return manifests.of(kind).stream()
                .map(Workload::of)
                .map(w -> Pod.of(w, config, platform.cluster(), data.directory("volumes", w.name())))
                .toList();
    }

    private void renewTokens(Pod pod) {
        pod.volumes()
                .renewal()
                .ifPresent(period -> vertx.setPeriodic(
                        period.toMillis(),
                        timer -> vertx.executeBlocking(() -> {
                            pod.volumes().renewTokens();
                            return null;
                        })));
    }

    private void prepareDatabases(Platform platform, GeneratedSecrets secrets, List<FlywayJob> jobs) {
        inParallel(Stream.concat(secrets.databases().stream(), Stream.of(BROKER_DATABASE))
                .<Runnable>map(name -> () -> platform.createDatabase(name)));
        inParallel(jobs.stream().<Runnable>map(job -> () -> Console.say(job.name(), job.run())));
    }

    private Eventing eventing(Platform platform) {
        var pool = closing(new HikariDataSource());
        pool.setDataSource(platform.database(BROKER_DATABASE));
        // Hikari's 30 s would outlast the patience of who sends an event, and of who pressed Ctrl-C.
        pool.setConnectionTimeout(5_000);
        try {
            var eventing = closing(new Eventing(vertx, pool, manifests.resources(), addresses::resolve));
            addresses.add(Addresses.BROKER_INGRESS, Serving.listen(vertx, 0, eventing.ingress()));
            return eventing;
        } catch (InvalidResource e) {
            throw manifests.of(e.resource()).problem(e.getMessage(), e.field());
        }
    }

    /** Who answers for which Host header. */
    private Map<String, Handler<HttpServerRequest>> hosts(Platform platform, Serving serving, Eventing eventing) {
        var about = new JsonObject()
                .put("broker", "http://" + Addresses.BROKER_INGRESS)
                .put("postgresql", "127.0.0.1:" + platform.postgresPort())
                .put("data", options.data().toString());
        var pages = new StatusPage(vertx, serving.activators(), platform.mailbox(), about);
        var hosts = new TreeMap<>(serving.hosts());
        hosts.put("localhost", pages);
        hosts.put("127.0.0.1", pages);
        hosts.put(Addresses.BROKER_INGRESS, eventing.ingress());
        return hosts;
    }

    private static void inParallel(Stream<Runnable> tasks) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture.allOf(tasks.map(task -> CompletableFuture.runAsync(task, threads))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StartException cause ? cause : e;
        }
    }

    private synchronized <T extends AutoCloseable> T closing(T part) {
        if (closed) {
            close(part);
            throw new StartException("Stopped while starting.");
        }
        started.push(part);
        return part;
    }

    /** Stops everything, in the opposite order. Blocks until all processes have ended. */
    @Override
    public synchronized void close() {
        closed = true;
        while (!started.isEmpty()) {
            close(started.pop());
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            Console.say("local-knative", "could not stop cleanly: " + e);
        }
    }
}
