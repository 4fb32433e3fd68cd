package shop.localknative.serving;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import shop.localknative.StartException;

/** The one port of the system: finds out by the Host header which part of it a request is for. */
public final class FrontDoor implements Handler<HttpServerRequest> {
    private final Map<String, Handler<HttpServerRequest>> hosts = new TreeMap<>();
    private final HttpServer server;

    /** @param pages what this machine's own names show */
    public FrontDoor(Vertx vertx, Handler<HttpServerRequest> pages) {
        this.server = vertx.createHttpServer(new HttpServerOptions().setHandle100ContinueAutomatically(true))
                .requestHandler(this);
        hosts.put("localhost", pages);
        hosts.put("127.0.0.1", pages);
    }

    /** Every service has its name of the cluster; a public one has a name that browsers and curl resolve, too. */
    public void add(Revision revision, Activator activator) {
        var namespace = revision.namespace();
        add(Addresses.hostOf(namespace, revision.name()), activator);
        if (revision.isPublic()) {
            add(publicHost(revision), activator);
        }
    }

    public void add(String host, Handler<HttpServerRequest> handler) {
        hosts.put(host, handler);
    }

    static String publicHost(Revision revision) {
        return "%s.%s.localhost".formatted(revision.name(), revision.namespace());
    }

    /**
     * @param port 0 for any
     * @return the port that it listens on
     * @throws StartException when another program has the port
     */
    public int listen(int port) {
        try {
            return server.listen(port, "127.0.0.1")
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

    @Override
    public void handle(HttpServerRequest request) {
        var authority = request.authority();
        var host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        var handler = hosts.get(host);
        if (handler == null) {
            new Problem(
                            404,
                            "Unknown host",
                            "Nothing here is called '%s'. Known: %s".formatted(host, String.join(", ", hosts.keySet())))
                    .answer(request);
        } else {
            handler.handle(request);
        }
    }
}
