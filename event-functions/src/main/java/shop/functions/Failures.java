/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.funqy.runtime.ApplicationException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import shop.identity.Verdict;

/**
 * The one place that turns a failure into an HTTP answer (RFC 9457). Funqy alone would answer 500 to all of them, and the
 * broker would repeat what can't succeed.
 */
@Singleton
class Failures {
    private static final Logger LOG = Logger.getLogger(Failures.class);

    private final String function;

    /** @param function required, since a process without it would answer 404 to each event, for ever */
    Failures(@ConfigProperty(name = "quarkus.funqy.export") String function) {
        this.function = function;
    }

    void install(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answer);
    }

    /** Answers who may not send events here. */
    void refuse(RoutingContext context, Verdict.Unknown sender) {
        answer(
                context,
                switch (sender) {
                    case Verdict.Stranger stranger -> refused(403, "forbidden", stranger.why());
                    case Verdict.Unverified unverified -> refused(503, "unverified", unverified.why());
                });
    }

    private void answer(RoutingContext context) {
        Fault fault = faultOf(context);
        if (fault.status() == 500) {
            LOG.errorf(context.failure(), "function=%s failed", function);
        }
        answer(context, fault);
    }

    private static void answer(RoutingContext context, Fault fault) {
        String title = HttpResponseStatus.valueOf(fault.status()).reasonPhrase();
        context.response()
                .setStatusCode(fault.status())
                .putHeader("Content-Type", "application/problem+json")
                .end(new JsonObject()
                        .put("type", "https://shop.example/problems/function-" + fault.outcome())
                        .put("title", title)
                        .put("status", fault.status())
                        .put("detail", fault.detail())
                        .toBuffer());
    }

    private Fault faultOf(RoutingContext context) {
        return switch (context.failure()) {
            case null ->
                refused(context.statusCode(), "refused", "POST one CloudEvent in binary or structured JSON mode");
            // What Funqy comes to when it looks for a type and a specversion in a structured event.
            case JsonProcessingException _, NullPointerException _ ->
                refused(400, "invalid", "the body must be a CloudEvent in JSON with a type and a specversion");
            case ApplicationException thrown -> Fault.of(thrown.getCause());
            default -> Fault.of(context.failure());
        };
    }

    private Fault refused(int status, String outcome, String detail) {
        LOG.warnf("function=%s outcome=%s status=%d %s", function, outcome, status, detail);
        return new Fault(status, outcome, detail);
    }
}
