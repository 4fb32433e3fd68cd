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
import shop.edge.RequestHead;
import shop.identity.Verdict;

/**
 * The one place that turns a failure into an HTTP answer (RFC 9457). Funqy alone would answer 500 to all of them, and the
 * broker would repeat what can't succeed.
 */
@Singleton
class Failures {
    static final String ONE_EVENT = "POST one CloudEvent in binary or structured JSON mode";

    private static final Logger LOG = Logger.getLogger(Failures.class);

    private final String function;

    /** @param function required, since a process without it would answer 404 to each event, for ever */
    Failures(@ConfigProperty(name = "quarkus.funqy.export") String function) {
        this.function = function;
    }

    void install(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::check).failureHandler(this::answer);
    }

    private void check(RoutingContext context) {
        Fault fault = RequestHead.refusal(context.request())
                .map(refusal -> new Fault(refusal.status(), "refused", refusal.detail()))
                .orElseGet(new EventRequest(context.request())::fault);
        if (fault == null) {
            context.next();
        } else {
            RequestHead.keepOutOfMetrics(context);
            answer(context, logged(fault));
        }
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
        if (fault.status() == 405) {
            context.response().putHeader("Allow", "POST");
        }
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
            case null -> refused(statusOf(context), "refused", ONE_EVENT);
            // What Funqy comes to when it looks for a type and a specversion in a structured event.
            case JsonProcessingException _, NullPointerException _ ->
                refused(400, "invalid", "the body must be a CloudEvent in JSON with a type and a specversion");
            case ApplicationException thrown -> Fault.of(thrown.getCause());
            default ->
                context.statusCode() < 500
                        ? refused(context.statusCode(), "refused", ONE_EVENT)
                        : Fault.of(context.failure());
        };
    }

    /** The router says 404 to a target that is no path, Funqy 406 to a body that is no event. */
    private static int statusOf(RoutingContext context) {
        return switch (context.statusCode()) {
            case 404 -> 400;
            case 406 -> 415;
            default -> context.statusCode();
        };
    }

    private Fault refused(int status, String outcome, String detail) {
        return logged(new Fault(status, outcome, detail));
    }

    private Fault logged(Fault fault) {
        LOG.warnf("function=%s outcome=%s status=%d %s", function, fault.outcome(), fault.status(), fault.detail());
        return fault;
    }
}
