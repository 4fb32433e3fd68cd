/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;

/**
 * Tells the methods of a path, in the answer to {@code OPTIONS} (RFC 9110, 9.3.7) and with 405 (15.5.6). By itself Quarkus tells
 * those of the whole class for the one, and none for the other.
 */
class AllowedMethods {
    @ServerRequestFilter(preMatching = true)
    Response options(ContainerRequestContext request) {
        if (!request.getMethod().equals(HttpMethod.OPTIONS)) {
            return null;
        }
        return ofThisPath().isEmpty()
                ? ProblemMappers.respond(
                        ProblemMappers.ofStatus(Status.NOT_FOUND, ProblemMappers.advice(Status.NOT_FOUND)))
                : addTo(Response.noContent());
    }

    static Response addTo(Response.ResponseBuilder response) {
        return response.header(HttpHeaders.ALLOW, String.join(", ", ofThisPath()))
                .build();
    }

    /** Looks for the path as Quarkus does: in all classes whose path it begins with. */
    private static Set<String> ofThisPath() {
        ResteasyReactiveRequestContext request = CurrentRequestManager.get();
        String path = request.getPathWithoutPrefix();
        var classes = new RequestMapper<>(request.getDeployment().getClassMappers());
        Set<String> methods = new TreeSet<>();
        for (var match = classes.map(path); match != null; match = classes.continueMatching(path, match)) {
            String remaining = match.remaining.isEmpty() ? "/" : match.remaining;
            ((ClassRoutingHandler) match.value.handlers[0]).getMappers().forEach((method, operations) -> {
                if (method != null && operations.map(remaining) != null) {
                    methods.add(method);
                }
            });
        }
        if (!methods.isEmpty()) {
            methods.add(HttpMethod.OPTIONS);
        }
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        return methods;
    }
}
