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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import shop.localknative.StartException;
import shop.localknative.platform.Processes;

/** Knative Serving on one machine: an activator for each service. */
public final class Serving implements AutoCloseable {
    /** As good as none: how many requests an instance takes at once is its own business. */
    private static final int CONNECTIONS = 10_000;

    private final Vertx vertx;
    private final HttpClient client;
    private final Addresses addresses;
    private final Processes processes;
    private final List<Activator> activators = new ArrayList<>();
    private final Map<String, Handler<HttpServerRequest>> hosts = new TreeMap<>();

    public Serving(Vertx vertx, Addresses addresses, Processes processes) {
        this.vertx = vertx;
        this.addresses = addresses;
        this.processes = processes;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(5_000), new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /** From now on the service's name leads to it. */
    public void add(Revision revision) {
        var activator = new Activator(vertx, client, new Instances(revision, processes));
        addresses.add(revision.clusterHost(), listen(vertx, 0, activator));
        activators.add(activator);
        lead(revision, activator);
    }

    /**
     * From now on the service's name leads to a process that someone else runs.
     *
     * @throws StartException when {@code address} is not host and port
     */
    public void addExternal(Revision revision, URI address) {
        if (!"http".equals(address.getScheme()) || address.getHost() == null || address.getPort() < 0) {
            throw new StartException("--external %s=%s: expected a URL such as http://localhost:9000."
                    .formatted(revision.name(), address));
        }
        var proxy = HttpProxy.reverseProxy(client).origin(address.getPort(), address.getHost());
        addresses.add(revision.clusterHost(), listen(vertx, 0, proxy));
        lead(revision, proxy);
    }

    public Set<String> names() {
        return activators.stream()
                .map(activator -> activator.instances().revision().name())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void lead(Revision revision, Handler<HttpServerRequest> handler) {
        hosts.put(revision.clusterHost(), handler);
        revision.publicHost().ifPresent(host -> hosts.put(host, handler));
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
        var options = new HttpServerOptions().setHandle100ContinueAutomatically(true);
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

    public List<Activator> activators() {
        return activators;
    }

    /** The names of the services: each has that of the cluster, a public one also one that browsers and curl resolve. */
    public Map<String, Handler<HttpServerRequest>> hosts() {
        return hosts;
    }

    /** Where people find the public services, by name. */
    public Map<String, String> publicUrls(int port) {
        var urls = new TreeMap<String, String>();
        for (Activator activator : activators) {
            var revision = activator.instances().revision();
            revision.publicHost().ifPresent(host -> urls.put(revision.name(), "http://%s:%d".formatted(host, port)));
        }
        return urls;
    }

    /** Stops all processes at once, and waits for them. Until then they can still reach each other. */
    @Override
    public void close() throws InterruptedException {
        var stopping = activators.stream()
                .map(activator -> Thread.startVirtualThread(() -> close(activator.instances())))
                .toList();
        for (var thread : stopping) {
            thread.join();
        }
    }

    private static void close(Instances instances) {
        try {
            instances.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
