package shop.localknative.serving;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.httpproxy.HttpProxy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import shop.localknative.StartException;
import shop.localknative.manifests.Manifest;
import shop.localknative.platform.Processes;
import shop.localknative.workload.Config;
import shop.localknative.workload.Workload;

/** Knative Serving on one machine: the services, an activator for each, and the autoscaler's beat. */
public final class Serving implements AutoCloseable {
    /** As good as none: how many requests an instance takes at once is its own business. */
    private static final int CONNECTIONS = 10_000;

    private static final Duration BEAT = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final HttpClient client;
    private final Addresses addresses;
    private final Processes processes;
    private final FrontDoor door;
    private final Map<String, Configuration> configurations = new ConcurrentSkipListMap<>();

    /** At the front door, of each service. */
    private final Map<String, Set<String>> names = new ConcurrentHashMap<>();

    private volatile boolean started;
    private boolean decide;

    public Serving(Vertx vertx, Addresses addresses, Processes processes, FrontDoor door) {
        this.vertx = vertx;
        this.addresses = addresses;
        this.processes = processes;
        this.door = door;
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout(5_000)
                        // Shorter than what servers usually keep: a request must not meet a connection's end.
                        .setKeepAliveTimeout(4),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /**
     * From now on the service's name leads to it; when it is there already, this is its next state.
     *
     * @param config for the revisions that there are
     * @param factory makes the revision of this name
     * @throws StartException for what can't be run; then nothing has changed
     */
    public void apply(Workload workload, Images images, Config config, Function<String, Revision> factory) {
        var image = images.of(workload);
        var configuration = configurations.get(workload.name());
        if (configuration != null) {
            configuration.update(workload, image, config, factory);
        } else {
            configuration = new Configuration(workload, image, factory, processes, this::lead);
            configurations.put(workload.name(), configuration);
            if (started) {
                configuration.startInitial();
            }
        }
    }

    /** The service is not in the manifests any more. Blocks until its processes have ended. */
    public void remove(String name) throws InterruptedException {
        var configuration = configurations.remove(name);
        names.remove(name).forEach(door::remove);
        configuration.close();
    }

    /** What is wrong with the latest edit of a service, for the status page. */
    public void problem(String name, Optional<String> problem) {
        Optional.ofNullable(configurations.get(name)).ifPresent(configuration -> configuration.problem(problem));
    }

    /**
     * From now on the service's name leads to a process that someone else runs.
     *
     * @throws StartException when {@code address} is not host and port
     */
    public void addExternal(Workload workload, URI address) {
        if (!"http".equals(address.getScheme()) || address.getHost() == null || address.getPort() < 0) {
            throw new StartException("--external %s=%s: expected a URL such as http://localhost:9000."
                    .formatted(workload.name(), address));
        }
        var proxy = HttpProxy.reverseProxy(client).origin(address.getPort(), address.getHost());
        lead("", workload.manifest(), proxy);
    }

    /** By its names of now, and by no earlier ones: of a tag that is gone, or from when it was public. */
    private void lead(Configuration configuration) {
        var service = configuration.manifest();
        var now = new HashSet<>(lead("", service, new Activator(vertx, client, configuration::any)));
        for (String tag : configuration.tags()) {
            var activator = new Activator(vertx, client, () -> configuration.tagged(tag));
            now.addAll(lead(tag + "-", service, activator));
        }
        var before = names.put(configuration.name(), now);
        if (before != null) {
            before.stream().filter(name -> !now.contains(name)).forEach(door::remove);
        }
    }

    /**
     * @param prefix of the host names
     * @return these names
     */
    private Set<String> lead(String prefix, Manifest service, Handler<HttpServerRequest> handler) {
        var host = prefix + Addresses.hostOf(service.namespace(), service.name());
        var hosts = new HashSet<>(Set.of(host));
        Addresses.publicHostOf(service).ifPresent(name -> hosts.add(prefix + name));
        hosts.forEach(name -> door.lead(name, handler));
        if (!addresses.isKnown(host)) {
            // By the door, so that it leads to who answers for the name by then.
            addresses.add(host, listen(vertx, 0, request -> door.handle(host, request)));
        }
        return hosts;
    }

    public Collection<Configuration> configurations() {
        return configurations.values();
    }

    /** Starts what shall be there without a request, and from now on as many instances as are needed. */
    public void start() {
        started = true;
        configurations.values().forEach(Configuration::startInitial);
        vertx.setPeriodic(BEAT.toMillis(), timer -> {
            decide = !decide;
            configurations.values().forEach(configuration -> configuration.tick(Instant.now(), decide));
        });
    }

    /** Where people find the public services, by name. */
    public Map<String, String> publicUrls(int port) {
        var urls = new TreeMap<String, String>();
        configurations.forEach((name, configuration) -> Addresses.publicHostOf(configuration.manifest())
                .ifPresent(host -> urls.put(name, "http://%s:%d".formatted(host, port))));
        return urls;
    }

    /**
     * Listens on the loopback interface.
     *
     * @param port 0 for any
     * @return the port
     * @throws StartException when another program has the port, or there is none of this number
     */
    public static int listen(Vertx vertx, int port, Handler<HttpServerRequest> handler) {
        if (port < 0 || port > 65_535) {
            throw new StartException("--port %d: expected 0 to 65535.".formatted(port));
        }
        var options = new HttpServerOptions()
                .setHandle100ContinueAutomatically(true)
                // Where the attributes of an event are, of which CloudEvents allows 64 KiB.
                .setMaxHeaderSize(64 << 10)
                // The proxy passes HTTP/1.1 on; a request that becomes HTTP/2 loses its length on the way.
                .setHttp2ClearTextEnabled(false);
        try {
            return vertx.createHttpServer(options)
                    .requestHandler(handler)
                    .listen(port, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join()
                    .actualPort();
        } catch (CompletionException e) {
            throw new StartException(
                    "Port %d can't be used: %s. Choose another with --port."
                            .formatted(port, e.getCause().getMessage()),
                    e);
        }
    }

    /** Stops all processes at once, and waits for them. Until then they can still reach each other. */
    @Override
    public void close() throws InterruptedException {
        var stopping = configurations.values().stream()
                .map(configuration -> Thread.startVirtualThread(() -> close(configuration)))
                .toList();
        for (var thread : stopping) {
            thread.join();
        }
    }

    private static void close(Configuration configuration) {
        try {
            configuration.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
