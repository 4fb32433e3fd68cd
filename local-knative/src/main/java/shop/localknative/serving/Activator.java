package shop.localknative.serving;

import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyResponse;
import java.net.ConnectException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Takes the requests for a service, holds them until there is an instance, and passes them on to it. */
public final class Activator implements Handler<HttpServerRequest> {
    private final Vertx vertx;
    private final HttpClient client;
    private final Instances instances;
    private final HttpProxy proxy;

    public Activator(Vertx vertx, HttpClient client, Instances instances) {
        this.vertx = vertx;
        this.client = client;
        this.instances = instances;
        this.proxy = HttpProxy.reverseProxy(client).origin(this::connect).addInterceptor(new Answers());
    }

    public Instances instances() {
        return instances;
    }

    @Override
    public void handle(HttpServerRequest request) {
        proxy.handle(request);
    }

    /** Nothing of the request has been sent here yet, so a second attempt is safe, whatever the request does. */
    private Future<HttpClientRequest> connect(ProxyContext proxied) {
        return connectToInstance()
                .recover(failure -> isRefusal(failure) ? connectToInstance() : Future.failedFuture(failure))
                .onSuccess(request -> limit(request, proxied.request().proxiedRequest()));
    }

    private Future<HttpClientRequest> connectToInstance() {
        return Future.fromCompletionStage(instances.ready(), vertx.getOrCreateContext())
                .compose(instance -> client.request(
                                new RequestOptions().setHost("127.0.0.1").setPort(instance.port()))
                        .recover(failure -> {
                            if (isRefusal(failure)) {
                                instances.giveUp(instance);
                            }
                            return Future.failedFuture(failure);
                        }));
    }

    /** Nobody listens there: the instance has just died. A time-out says no more than that it is busy. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ConnectException && !(failure instanceof ConnectTimeoutException);
    }

    private void limit(HttpClientRequest request, HttpServerRequest proxied) {
        var timeout = instances.revision().timeout();
        long timer = vertx.setTimer(timeout.toMillis(), t -> request.reset(0, new TimeoutException()));
        proxied.response().endHandler(v -> vertx.cancelTimer(timer));
    }

    /** Adds what the caller is to the request, and says why when there is no answer. */
    private final class Answers implements ProxyInterceptor {
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

        private Future<ProxyResponse> answer(ProxyContext context, Throwable failure) {
            var problem = problem(failure instanceof CompletionException e ? e.getCause() : failure);
            var response = context.request().release().response();
            response.setStatusCode(problem.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .setBody(Body.body(problem.body()));
            return Future.succeededFuture(response);
        }

        private Problem problem(Throwable failure) {
            var name = instances.revision().name();
            var causes = Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
            if (causes.anyMatch(TimeoutException.class::isInstance)) {
                var limit = "There was no answer within %d s."
                        .formatted(instances.revision().timeout().toSeconds());
                return new Problem(504, name + " took too long", limit);
            }
            return instances.state() == Instances.State.FAILED
                    ? new Problem(503, name + " could not be started", failure.getMessage())
                    : new Problem(502, name + " broke off", failure.getMessage());
        }
    }
}
