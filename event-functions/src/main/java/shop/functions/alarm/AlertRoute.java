/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import shop.functions.Failures;
import shop.functions.RefusedRequest;

/**
 * {@code POST /alerts}, for Alertmanager's webhook. It is no broker, so it shows no token of a Trigger but a secret of its own;
 * without one, nobody is heard.
 */
@Singleton
class AlertRoute {
    private static final long LARGEST = 1024 * 1024;

    private final Optional<AlertToken> token;
    private final Alerts alerts;

    AlertRoute(@ConfigProperty(name = "shop.alerts.token-file") Optional<Path> tokenFile, Alerts alerts) {
        this.token = tokenFile.map(AlertToken::new);
        this.alerts = alerts;
    }

    void install(@Observes @Priority(Failures.BEFORE_EVENTS) Router router) {
        token.ifPresent(known -> {
            route(router, context -> authorize(context, known));
            route(router, BodyHandler.create(false).setBodyLimit(LARGEST));
            route(router, this::publish);
        });
    }

    private static void route(Router router, Handler<RoutingContext> handler) {
        router.route("/alerts").order(Failures.FIRST).handler(handler);
    }

    private static void authorize(RoutingContext context, AlertToken token) {
        if (!context.request().method().equals(HttpMethod.POST)) {
            context.fail(new RefusedRequest(405, "notifications are posted"));
            return;
        }
        String authorization = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        context.request().pause(); // what comes meanwhile is for those who read it
        context.vertx()
                .executeBlocking(() -> token.isShownBy(authorization), false)
                .onSuccess(known -> {
                    context.request().resume();
                    if (known) {
                        context.next();
                    } else {
                        context.response().putHeader("WWW-Authenticate", "Bearer");
                        context.fail(
                                new RefusedRequest(401, "show the token of the Secret alerts (Authorization: Bearer)"));
                    }
                })
                .onFailure(context::fail);
    }

    private void publish(RoutingContext context) {
        byte[] body = context.body().buffer() == null
                ? new byte[0]
                : context.body().buffer().getBytes();
        context.vertx()
                .executeBlocking(
                        () -> {
                            alerts.publish(body);
                            return null;
                        },
                        false)
                .onSuccess(_ -> context.response().setStatusCode(204).end())
                .onFailure(context::fail);
    }
}
