/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response.Status;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Refuses a body that is too long with a problem. Quarkus refuses it as well, but without a word. */
@ApplicationScoped
class BodyLimit {
    private static final int BEFORE_QUARKUS = 9_000;
    private static final Status TOO_LARGE = Status.REQUEST_ENTITY_TOO_LARGE;

    private final long bytes;
    private final BodyHandler reader;
    private final RouterProblems problems;

    BodyLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit, RouterProblems problems) {
        this.bytes = limit.asLongValue();
        this.reader = BodyHandler.create(false).setBodyLimit(bytes);
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, BEFORE_QUARKUS);
    }

    /** Handles bodies of unknown length that turn out to be too long while they are read. */
    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(context -> {
            if (context.statusCode() == TOO_LARGE.getStatusCode()) {
                refuse(context);
            } else {
                context.next();
            }
        });
    }

    private void check(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            reader.handle(context); // only reading tells; fails with 413
        } else if (Long.parseLong(length) <= bytes) {
            context.next();
        } else {
            refuse(context);
        }
    }

    private void refuse(RoutingContext context) {
        context.response().putHeader(HttpHeaders.CONNECTION, "close"); // the rest is not worth reading
        problems.answer(context, TOO_LARGE, "The body must not be longer than " + bytes + " bytes.");
    }
}
