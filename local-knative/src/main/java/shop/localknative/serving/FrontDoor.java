package shop.localknative.serving;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Map;

/** The one port of the system: finds out by the Host header which part of it a request is for. */
public final class FrontDoor implements Handler<HttpServerRequest> {
    private volatile Map<String, Handler<HttpServerRequest>> hosts = Map.of();

    /** Until this is called, every request is answered 503. */
    public void open(Map<String, Handler<HttpServerRequest>> hosts) {
        this.hosts = hosts;
    }

    @Override
    public void handle(HttpServerRequest request) {
        var authority = request.authority();
        var host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        var handler = hosts.get(host);
        if (handler != null) {
            handler.handle(request);
        } else if (hosts.isEmpty()) {
            new Problem(503, "Starting", "The system is not ready yet.").answer(request);
        } else {
            var known = String.join(", ", hosts.keySet());
            new Problem(404, "Unknown host", "Nothing here is called '%s'. Known: %s".formatted(host, known))
                    .answer(request);
        }
    }
}
