/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.serving.v1.TrafficTarget;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.httpproxy.HttpProxy;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Stream;
import shop.localknative.manifests.Manifest;
import shop.localknative.network.Addresses;
import shop.localknative.network.FrontDoor;
import shop.localknative.network.Loopback;
import shop.localknative.platform.Processes;
import shop.localknative.serving.requests.Activator;
import shop.localknative.serving.revisions.Image;
import shop.localknative.serving.revisions.Images;
import shop.localknative.serving.revisions.Revision;
import shop.localknative.workload.Config;
import shop.localknative.workload.Workload;

/**
 * Knative Serving on one machine: the services, an activator for each, and the autoscaler's tick. One thread at a time adds
 * and removes services; the maps are concurrent for the event loops that read them.
 */
public final class Serving {
    /** No limit in practice: {@code containerConcurrency} says how many requests an instance takes. */
    private static final int CONNECTIONS = 10_000;

    private static final Duration TICK = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final HttpClient client;
    private final Addresses addresses;
    private final Processes processes;
    private final FrontDoor door;
    private final InstantSource clock;
    private final Map<String, KnativeService> services = new ConcurrentSkipListMap<>();

    /** At the front door, of each service. */
    private final Map<String, Set<String>> names = new ConcurrentHashMap<>();

    private volatile boolean started;

    /** Of the event loop that ticks. */
    private boolean decide;

    public Serving(Vertx vertx, Addresses addresses, Processes processes, FrontDoor door, InstantSource clock) {
        this.vertx = vertx;
        this.addresses = addresses;
        this.processes = processes;
        this.door = door;
        this.clock = clock;
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout(5_000)
                        .setMaxHeaderSize(Loopback.MAX_HEADERS)
                        // Shorter than what servers usually keep: a request must not meet a connection's end.
                        .setKeepAliveTimeout(4),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /**
     * Adds the service, or gives it its next state when it is there already.
     *
     * @param config for the revisions that there are
     * @param factory makes the revision of this name
     * @throws StartException for what can't be run; then nothing has changed
     */
    public void apply(Workload workload, Images images, Config config, Function<String, Revision> factory) {
        var image = images.of(workload);
        listen(workload.manifest());
        var service = services.get(workload.name());
        if (service != null) {
            service.update(workload, image, config, factory);
        } else {
            service = new KnativeService(workload, image, factory, processes, clock, this::route);
            services.put(workload.name(), service);
            if (started) {
                service.startInitial();
            }
        }
    }

    /** Gives up what is left of earlier revisions; blocks until that has ended. The images that are still in use. */
    public Set<Image> release() throws InterruptedException {
        var used = new HashSet<Image>();
        for (KnativeService service : services.values()) {
            service.release();
            service.revisions().forEach(instances -> used.add(instances.image()));
        }
        return used;
    }

    /** The service is not in the manifests any more. Blocks until its processes have ended. */
    public void remove(String name) throws InterruptedException {
        var service = services.remove(name);
        service.retire();
        names.remove(name).forEach(door::remove);
        service.close();
    }

    /** Sets the problem of the latest edit of a service, for the status page; null for none. */
    public void problem(String name, String problem) {
        Optional.ofNullable(services.get(name)).ifPresent(service -> service.problem(problem));
    }

    /** Adds a service whose process someone else runs. */
    public void addExternal(Workload workload, URI address) {
        listen(workload.manifest());
        var proxy = HttpProxy.reverseProxy(client).origin(address.getPort(), address.getHost());
        route("", workload.manifest(), proxy);
    }

    /** Listens for the names of a service, by the door, so that each leads to who answers for it by then. Waits for that. */
    private void listen(Manifest manifest) {
        var traffic = Optional.ofNullable(
                        ((Service) manifest.resource()).getSpec().getTraffic())
                .orElse(List.of());
        var tags = traffic.stream()
                .map(TrafficTarget::getTag)
                .filter(Objects::nonNull)
                .map(tag -> tag + "-");
        Stream.concat(Stream.of(""), tags)
                .map(prefix -> prefix + Addresses.hostOf(manifest.namespace(), manifest.name()))
                .filter(host -> !addresses.isKnown(host))
                .forEach(host -> addresses.add(host, Loopback.listen(vertx, 0, request -> door.handle(host, request))));
    }

    /** Routes the present names of a service, and no earlier ones: of a removed tag, or from when it was public. */
    private void route(KnativeService service) {
        var manifest = service.manifest();
        var now = new HashSet<>(route("", manifest, new Activator(vertx, client, service::any)));
        for (String tag : service.tags()) {
            var activator = new Activator(vertx, client, () -> service.tagged(tag));
            now.addAll(route(tag + "-", manifest, activator));
        }
        var before = names.put(service.name(), now);
        if (before != null) {
            before.stream().filter(name -> !now.contains(name)).forEach(door::remove);
        }
    }

    /**
     * @param prefix of the host names
     * @return these names
     */
    private Set<String> route(String prefix, Manifest service, Handler<HttpServerRequest> handler) {
        var hosts = new HashSet<>(Set.of(prefix + Addresses.hostOf(service.namespace(), service.name())));
        Addresses.publicHostOf(service).ifPresent(name -> hosts.add(prefix + name));
        hosts.forEach(name -> door.route(name, handler));
        return hosts;
    }

    public Collection<KnativeService> services() {
        return services.values();
    }

    /** Starts what shall be there without a request, and from now on as many instances as are needed. */
    public void start() {
        started = true;
        services.values().forEach(KnativeService::startInitial);
        vertx.setPeriodic(TICK.toMillis(), timer -> {
            decide = !decide;
            services.values().forEach(service -> service.tick(decide));
        });
    }

    /** The URLs of the public services, by name. */
    public Map<String, String> publicUrls(int port) {
        var urls = new TreeMap<String, String>();
        services.forEach((name, service) -> Addresses.publicHostOf(service.manifest())
                .ifPresent(host -> urls.put(name, "http://%s:%d".formatted(host, port))));
        return urls;
    }

    /** Stops all processes at once, and waits for them. Until then they can still reach each other. */
    public void close() throws InterruptedException {
        var stopping = services.values().stream()
                .map(service -> Thread.startVirtualThread(() -> close(service)))
                .toList();
        for (var thread : stopping) {
            thread.join();
        }
    }

    private static void close(KnativeService service) {
        try {
            service.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
