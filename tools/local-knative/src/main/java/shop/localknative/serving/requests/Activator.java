/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.requests;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import shop.localknative.network.Problem;
import shop.localknative.serving.revisions.Instance;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.tracing.Spans;

/** Takes the requests for a service, holds them until an instance has room, and passes them on to it. */
public final class Activator implements Handler<HttpServerRequest> {
    private static final String EXCHANGE = "exchange";

    private final Vertx vertx;
    private final HttpClient client;
    private final Supplier<Instances> route;
    private final int containerPort;
    private final Spans spans;
    private final HttpProxy proxy;

    /**
     * @param route chooses a revision for each request
     * @param containerPort that the requests are for; 0 for the first
     * @param spans get the requests
     */
    public Activator(Vertx vertx, HttpClient client, Supplier<Instances> route, int containerPort, Spans spans) {
        this.vertx = vertx;
        this.client = client;
        this.route = route;
        this.containerPort = containerPort;
        this.spans = spans;
        this.proxy = HttpProxy.reverseProxy(client).origin(this::connect).addInterceptor(new Answers());
    }

    @Override
    public void handle(HttpServerRequest request) {
        proxy.handle(request);
    }

    private Future<HttpClientRequest> connect(ProxyContext context) {
        var exchange = new Exchange(context.request());
        context.set(EXCHANGE, exchange);
        context.request().proxiedRequest().response().endHandler(v -> exchange.end());
        return exchange.connect();
    }

    /** A request, from when it comes until it is answered or given up; all on one event loop. */
    private final class Exchange {
        private final HttpServerResponse answer;
        private Instances instances = route.get();
        private final long timer = vertx.setTimer(instances.revision().timeout().toMillis(), t -> tooLate());
        private CompletableFuture<Instance> place;
        private Instance instance;
        private HttpClientRequest request;
        private Throwable over;
        private long since;
        private final Span span;

        Exchange(ProxyRequest request) {
            answer = request.proxiedRequest().response();
            span = spans.start(
                    request.getMethod() + " " + instances.revision().service(), SpanKind.SERVER, request.headers());
            Spans.pass(span, request.headers()::set);
            span.setAttribute("http.request.method", request.getMethod().name())
                    .setAttribute("url.path", request.proxiedRequest().path());
        }

        /** Nothing of the request has been sent while this fails, so another attempt is safe, whatever it asks for. */
        Future<HttpClientRequest> connect() {
            place = instances.acquire();
            return (place.isDone() && !place.isCompletedExceptionally()
                            ? Future.succeededFuture(place.join())
                            : queued())
                    .compose(this::connectTo)
                    .recover(failure -> {
                        if (over == null && isRefusal(failure)) {
                            instances.giveUp(instance);
                            release();
                            return connect();
                        }
                        if (over == null && failure instanceof Instances.UnreachableException) {
                            instances = route.get();
                            return connect();
                        }
                        return Future.failedFuture(over != null ? over : failure);
                    });
        }

        private Future<Instance> queued() {
            var begin = Instant.now();
            var queue = spans.part(span, "queue", begin);
            return Future.fromCompletionStage(place, vertx.getOrCreateContext())
                    .onSuccess(found -> {
                        var startup = found.startup();
                        if (startup.end().isAfter(begin)) {
                            var later = startup.begin().isAfter(begin) ? startup.begin() : begin;
                            spans.part(queue, "cold start", later)
                                    .setAttribute(
                                            "kn.revision.name",
                                            instances.revision().name())
                                    .end(startup.end());
                        }
                    })
                    .onFailure(e -> queue.setStatus(StatusCode.ERROR))
                    .onComplete(over -> queue.end());
        }

        private Future<HttpClientRequest> connectTo(Instance chosen) {
            instance = chosen;
            since = System.nanoTime();
            if (over != null) {
                release();
                return Future.failedFuture(over);
            }
            return client.request(new RequestOptions().setHost("127.0.0.1").setPort(chosen.port(containerPort)))
                    .onSuccess(connected -> {
                        request = connected;
                        if (over != null) {
                            connected.reset(0, over);
                        }
                        connected.response().onSuccess(this::answered);
                    });
        }

        /** The first byte of the answer is there: from now on it may take its time, as a stream of events does. */
        private void answered(HttpClientResponse response) {
            vertx.cancelTimer(timer);
            if (response.statusCode() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
                response.netSocket().endHandler(v -> end()); // of a WebSocket
            }
        }

        /** The answer has been sent or broke off, or the caller is gone; the proxy resets the request then. */
        void end() {
            vertx.cancelTimer(timer);
            over = new ClosedChannelException();
            place.completeExceptionally(over);
            if (instance != null) {
                var revision = instances.revision();
                revision.metrics()
                        .answered(revision, answer.getStatusCode(), Duration.ofNanos(System.nanoTime() - since));
            }
            release();
            if (answer.headWritten()) {
                Spans.answered(span, answer.getStatusCode(), 500);
            }
            span.end();
        }

        private void tooLate() {
            over = new TimeoutException();
            place.completeExceptionally(over);
            if (request != null) {
                request.reset(0, over);
            }
        }

        private void release() {
            if (instance != null) {
                instances.release(instance);
                instance = null;
            }
        }

        Problem problem(Throwable failure) {
            var name = instances.revision().service();
            var reason = instances.failure();
            return switch (failure) {
                case Instances.OverloadException e -> new Problem(503, name + " is overloaded", e.getMessage());
                case Instances.NotStartedException e ->
                    new Problem(503, name + " could not be started", e.getMessage());
                case Throwable e
                when isTimeout(e) && reason.isPresent() ->
                    new Problem(503, name + " could not be started", reason.get());
                case Throwable e
                when isTimeout(e) -> {
                    long seconds = instances.revision().timeout().toSeconds();
                    yield new Problem(
                            504, name + " took too long", "There was no answer within %d s.".formatted(seconds));
                }
                case Throwable e when instance == null -> new Problem(503, name + " is not available", e.getMessage());
                default -> new Problem(502, name + " broke off", failure.getMessage());
            };
        }

        private static boolean isTimeout(Throwable failure) {
            return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                    .anyMatch(TimeoutException.class::isInstance);
        }
    }

    /** Nobody listens there: the instance has just died. A time-out says no more than that it is busy. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ConnectException && !(failure instanceof ConnectTimeoutException);
    }

    /** Adds what the caller is to the request, and says why when there is no answer. */
    private static final class Answers implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            var caller = context.request().proxiedRequest();
            var headers = context.request().headers();
            headers.remove(HttpHeaders.EXPECT);
            headers.add("X-Forwarded-For", caller.remoteAddress().hostAddress());
            headers.set("X-Forwarded-Proto", "http");
            if (caller.authority() != null) {
                context.request().setAuthority(caller.authority());
                headers.set("X-Forwarded-Host", caller.authority().toString());
            }
            return context.sendRequest().recover(failure -> answer(context, failure));
        }

        /** The proxy cuts off an answer that breaks off, and then the end of it is not told. */
        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            ProxyResponse response = context.response();
            if (response.getStatusCode() == HttpResponseStatus.NOT_MODIFIED.code()) {
                // It has no body (RFC 9110, 15.4.5). The proxy would announce chunks, and some clients wait for them.
                response.getBody().stream().resume();
                response.setBody(null);
            }
            return context.sendResponse().onComplete(sent -> exchange(context).end());
        }

        private static Future<ProxyResponse> answer(ProxyContext context, Throwable failure) {
            var problem = exchange(context).problem(failure);
            var response = context.request().release().response();
            response.setStatusCode(problem.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .setBody(Body.body(problem.body()));
            return Future.succeededFuture(response);
        }

        private static Exchange exchange(ProxyContext context) {
            return context.get(EXCHANGE, Exchange.class);
        }
    }
}
