/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.serving.v1.TrafficTarget;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.httpproxy.HttpProxy;
import java.net.URI;
import java.nio.file.Path;
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
import java.util.stream.Stream;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;
import shop.localknative.network.FrontDoor;
import shop.localknative.network.Loopback;
import shop.localknative.platform.Processes;
import shop.localknative.serving.requests.Activator;
import shop.localknative.serving.revisions.Image;
import shop.localknative.serving.revisions.Images;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.serving.revisions.Revision;
import shop.localknative.serving.revisions.RevisionStore;
import shop.localknative.tracing.Spans;
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
    private final RevisionStore store;
    private final FrontDoor door;
    private final InstantSource clock;
    private final Spans spans;
    private final Map<String, KnativeService> services = new ConcurrentSkipListMap<>();

    /** At the front door, of each service; of no service those of Kubernetes' own Services. */
    private final Map<String, Set<String>> names = new ConcurrentHashMap<>();

    private volatile boolean started;

    /** Of the event loop that ticks. */
    private boolean decide;

    /**
     * @param revisions a directory for these
     * @param spans get the requests
     */
    public Serving(
            Vertx vertx,
            Addresses addresses,
            Processes processes,
            Path revisions,
            FrontDoor door,
            InstantSource clock,
            Spans spans) {
        addresses.listenWith(host -> Loopback.listen(vertx, 0, request -> door.handle(host, request)));
        this.store = new RevisionStore(revisions);
        this.vertx = vertx;
        this.addresses = addresses;
        this.processes = processes;
        this.door = door;
        this.clock = clock;
        this.spans = spans;
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
    public void apply(Workload workload, Images images, Config config, Revision.Factory factory) {
        var image = images.of(workload);
        listen(workload.manifest());
        var service = services.get(workload.name());
        if (service != null) {
            service.update(workload, image, config, factory);
        } else {
            service = new KnativeService(workload, image, factory, store, processes, clock, this::route);
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
        rename(name, Set.of());
        service.close();
    }

    /** Sets the problem of the latest edit of a service, for the status page; null for none. */
    public void problem(String name, String problem) {
        Optional.ofNullable(services.get(name)).ifPresent(service -> service.problem(problem));
    }

    /** Adds a service whose process someone else runs. */
    public void addExternal(Workload workload, URI address) {
        if (workload.service().isPresent()) {
            listen(workload.manifest());
            route("", workload.manifest(), proxy(address));
        }
    }

    /** Listens for the names of a service, by the door, so that each leads to who answers for it by then. Waits for that. */
    private void listen(Manifest manifest) {
        if (!(manifest.resource() instanceof Service service)) {
            return; // a Deployment has the names of the Services that select it
        }
        var traffic = Optional.ofNullable(service.getSpec().getTraffic()).orElse(List.of());
        var host = Addresses.hostOf(manifest.namespace(), manifest.name());
        addresses.listen(host);
        traffic.stream()
                .map(TrafficTarget::getTag)
                .filter(Objects::nonNull)
                .forEach(tag -> addresses.listen(tag + "-" + host));
    }

    /** Routes the present names of a service, and no earlier ones: of a removed tag, or from when it was public. */
    private void route(KnativeService service) {
        var manifest = service.manifest();
        if (!(manifest.resource() instanceof Service)) {
            return;
        }
        var now = new HashSet<>(route("", manifest, new Activator(vertx, client, service::any, 0, spans)));
        for (String tag : service.tags()) {
            var activator = new Activator(vertx, client, () -> service.tagged(tag), 0, spans);
            now.addAll(route(tag + "-", manifest, activator));
        }
        rename(service.name(), now);
    }

    private void rename(String service, Set<String> now) {
        var before = Objects.requireNonNullElse(names.put(service, now), Set.<String>of());
        before.stream().filter(name -> !now.contains(name)).forEach(door::remove);
    }

    /**
     * Leads the names of Kubernetes' own Services to the Deployments that they select, or outside; no earlier ones.
     *
     * @param outside where Deployments are that someone else runs
     */
    public void expose(Manifests manifests, Map<String, URI> outside) {
        var now = new HashSet<String>();
        for (Manifest manifest : manifests.of(io.fabric8.kubernetes.api.model.Service.class)) {
            var host = Addresses.hostOf(manifest.namespace(), manifest.name());
            var service = (io.fabric8.kubernetes.api.model.Service) manifest.resource();
            if (service.getSpec().getExternalName() != null) {
                addresses.alias(host, service.getSpec().getExternalName());
                now.addAll(route("", manifest, alias(host, service.getSpec().getPorts())));
                continue;
            }
            manifests.deploymentsOf(manifest).stream().findFirst().ifPresent(deployment -> {
                for (ServicePort port : service.getSpec().getPorts().reversed()) { // the first one is the default
                    var name = deployment.name();
                    int target = manifests.targetPort(port, deployment);
                    var handler = outside.containsKey(name)
                            ? proxy(outside.get(name))
                            : new Activator(
                                    vertx, client, () -> services.get(name).any(), target, spans);
                    now.addAll(route("", manifest, handler));
                    var withPort = host + ":" + port.getPort();
                    door.route(withPort, handler);
                    addresses.listen(withPort);
                    addresses.listen(host);
                }
            });
        }
        rename("", now);
    }

    /** What answers for a name that is another's. */
    private Handler<HttpServerRequest> alias(String host, List<ServicePort> ports) {
        var target = addresses.target(host);
        int port = ports.isEmpty() ? 80 : ports.getFirst().getPort();
        return addresses.isKnown(target)
                ? request -> door.handle(target, request)
                : proxy(URI.create("%s://%s:%d".formatted(port == 443 ? "https" : "http", target, port)));
    }

    private HttpProxy proxy(URI address) {
        var origin = new RequestOptions()
                .setHost(address.getHost())
                .setPort(address.getPort())
                .setSsl("https".equals(address.getScheme()));
        return HttpProxy.reverseProxy(client).origin(context -> client.request(new RequestOptions(origin)));
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

    /** All that are kept. */
    public Stream<Instances> revisions() {
        return services.values().stream().flatMap(service -> service.revisions().stream());
    }

    Optional<KnativeService> service(String name) {
        return Optional.ofNullable(services.get(name));
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
        services.forEach((name, service) -> {
            if (service.manifest().resource() instanceof Service) {
                Addresses.publicHostOf(service.manifest())
                        .ifPresent(host -> urls.put(name, "http://%s:%d".formatted(host, port)));
            }
        });
        return urls;
    }

    /** Stops all processes at once, and waits for them. Until then they can still reach each other. */
    public void close() throws InterruptedException {
        services.values().forEach(KnativeService::stop);
        for (KnativeService service : services.values()) {
            service.close();
        }
    }
}
