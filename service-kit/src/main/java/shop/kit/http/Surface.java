package shop.kit.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * One image runs as two Knative services: a public one that answers REST and a cluster-local one that answers {@code
 * /events}. What belongs to the other is 404, so that no event can be posted from outside.
 */
@ApplicationScoped
class Surface {
    private static final int BEFORE_EVERYTHING = 10_000;

    enum Part {
        rest,
        events,
        all
    }

    private final Part part;

    Surface(@ConfigProperty(name = "shop.surface", defaultValue = "rest") Part part) {
        this.part = part;
    }

    void register(@Observes Filters filters) {
        if (part != Part.all) {
            filters.register(this::pass, BEFORE_EVERYTHING);
        }
    }

    private void pass(RoutingContext context) {
        boolean event = context.normalizedPath().equals("/events")
                || context.normalizedPath().startsWith("/events/");
        if (event == (part == Part.events)) {
            context.next();
        } else {
            context.response().setStatusCode(404).end();
        }
    }
}
