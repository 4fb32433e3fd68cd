/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.network;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import shop.localknative.console.StartException;

/** HTTP servers of the loopback interface. */
public final class Loopback {
    /** More than Kourier's Envoy reads by default (60 KiB), since activator and queue-proxy add some behind it. */
    public static final int MAX_HEADER_BYTES = 64 << 10;
    /**
     * Bytes of the headers that a server or a service may send, and of a request's first line. Servers have limits of their
     * own, of which Go's, 1 MB, is the highest; here, none of their answers that 64 kB is enough for fails.
     */
    public static final int MAX_HEADERS = 128 << 10;

    /** For a client to read the answer to what it has not sent to its end. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger(Loopback.class.getName());

    private Loopback() {}

    /**
     * Starts a server.
     *
     * @param port 0 for any
     * @return the port
     * @throws StartException when another program has the port
     */
    public static int listen(Vertx vertx, int port, Handler<HttpServerRequest> handler) {
        try {
            return server(vertx, handler)
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

    /** One that does not listen yet. */
    public static HttpServer server(Vertx vertx, Handler<HttpServerRequest> handler) {
        var options = new HttpServerOptions()
                .setHandle100ContinueAutomatically(true)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_HEADERS)
                // The proxy passes HTTP/1.1 on; a request that becomes HTTP/2 loses its length on the way.
                .setHttp2ClearTextEnabled(false);
        return vertx.createHttpServer(options)
                .requestHandler(request -> handle(handler, request))
                .invalidRequestHandler(request -> refuse(vertx, request));
    }

    /** Vert.x would leave the caller of a handler that fails without any answer. */
    private static void handle(Handler<HttpServerRequest> handler, HttpServerRequest request) {
        try {
            handler.handle(request);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "A request can't be handled", e);
            if (!request.response().headWritten()) {
                new Problem(500, "local-knative failed", "Its output says more of this: " + e).answer(request);
            }
        }
    }

    /**
     * Answers what can't be read as HTTP. Vert.x would do it without a body, and closes the connection with the end of the answer.
     * At once, that would be a reset, since the client still sends, and the answer lost with it (RFC 9112, 9.6).
     */
    private static void refuse(Vertx vertx, HttpServerRequest request) {
        Problem problem =
                switch (request.decoderResult().cause()) {
                    case TooLongHttpLineException _ ->
                        new Problem(
                                414,
                                "URI Too Long",
                                "The first line must not be longer than " + MAX_HEADERS + " bytes.");
                    case TooLongHttpHeaderException _ ->
                        new Problem(
                                431,
                                "Request Header Fields Too Large",
                                "All headers together must not be longer than " + MAX_HEADER_BYTES + " bytes.");
                    case null, default ->
                        new Problem(
                                400,
                                "Bad Request",
                                "This is no HTTP/1.1 request (RFC 9112): look at its first line and its headers.");
                };
        var body = problem.body();
        var response = problem.head(request)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                .putHeader(HttpHeaders.CONNECTION, "close");
        response.write(body);
        vertx.setTimer(LINGER.toMillis(), over -> {
            if (!response.closed()) {
                response.end();
            }
        });
    }
}
