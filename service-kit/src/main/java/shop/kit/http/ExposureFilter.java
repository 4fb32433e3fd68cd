/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response.Status;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * One image runs as two Knative services: a public one that answers REST and a cluster-local one that answers {@code
 * /events}. The paths of the other one are 404, so that no event can be posted from outside.
 */
@ApplicationScoped
public class ExposureFilter {
    public static final int BEFORE_EVERYTHING = 10_000;

    /** JAX-RS matches a path without its matrix parameters: {@code /events;a=b} is {@code /events}. */
    private static final Pattern MATRIX_PARAMETERS = Pattern.compile(";[^/]*");

    private static final Pattern EVENTS = Pattern.compile("/+events(/.*)?");

    /** The paths that this process answers. */
    enum Exposure {
        rest,
        events,
        all
    }

    private final Exposure exposure;
    private final RouterProblems problems;

    ExposureFilter(
            @ConfigProperty(name = "shop.exposure", defaultValue = "rest") Exposure exposure, RouterProblems problems) {
        this.exposure = exposure;
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        if (exposure != Exposure.all) {
            filters.register(this::pass, BEFORE_EVERYTHING);
        }
    }

    public static boolean isForEvents(RoutingContext context) {
        String path = MATRIX_PARAMETERS.matcher(context.normalizedPath()).replaceAll("");
        return EVENTS.matcher(path).matches();
    }

    private void pass(RoutingContext context) {
        if (isForEvents(context) == (exposure == Exposure.events)) {
            context.next();
        } else {
            problems.answer(context, Status.NOT_FOUND, "There is nothing at this path.");
        }
    }
}
