/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.network;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The one port of the system: routes each request by its Host header. */
public final class FrontDoor implements Handler<HttpServerRequest> {
    private final Map<String, Handler<HttpServerRequest>> hosts = new ConcurrentSkipListMap<>();
    private volatile boolean open;

    /** Until this is called, every request is answered 503. */
    public void open() {
        open = true;
    }

    /** Makes {@code handler} answer for this host name. */
    public void route(String host, Handler<HttpServerRequest> handler) {
        hosts.put(host, handler);
    }

    public void remove(String host) {
        hosts.remove(host);
    }

    @Override
    public void handle(HttpServerRequest request) {
        var authority = request.authority();
        var host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        if (open) {
            handle(host, request, 404);
        } else {
            new Problem(503, "Starting", "The system is not ready yet.").answer(request);
        }
    }

    /**
     * Handles a request for {@code host}, whatever its Host header says. Who asks is a program that may take a 404 for the
     * service's own answer, so a name that nothing has is a 502.
     */
    public void handle(String host, HttpServerRequest request) {
        handle(host, request, 502);
    }

    private void handle(String host, HttpServerRequest request, int unknown) {
        var handler = hosts.get(host);
        if (handler != null) {
            handler.handle(request);
        } else {
            new Problem(
                            unknown,
                            "Unknown host",
                            "Nothing is called '%s'; the page of localhost says what is.".formatted(host))
                    .answer(request);
        }
    }
}
