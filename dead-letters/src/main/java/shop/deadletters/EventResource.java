/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import shop.kit.events.EventEndpoint;
import shop.kit.http.MediaTypes;
import shop.tracing.Trace;

/** The dead letter sink. It keeps everything, since no other place is left for it. */
@Path("/events")
@RunOnVirtualThread
@Tag(name = "Events", description = "For the broker, within the cluster.")
public class EventResource {
    private static final Pattern EVENTS = Pattern.compile("/*events/*");

    private final DeadLetters deadLetters;
    private final EventEndpoint endpoint;
    private final String schedule;

    EventResource(
            DeadLetters deadLetters, EventEndpoint endpoint, @ConfigProperty(name = "shop.sweep") String schedule) {
        this.deadLetters = deadLetters;
        this.endpoint = endpoint;
        this.schedule = schedule;
    }

    /** Hides a {@code Content-Type} that is no media type from JAX-RS, which would refuse it with 415. */
    @ServerRequestFilter(preMatching = true)
    public void acceptAnyContentType(ContainerRequestContext request) {
        if (EVENTS.matcher(request.getUriInfo().getPath()).matches()) {
            try {
                request.getMediaType();
            } catch (IllegalArgumentException e) {
                request.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
            }
        }
    }

    /**
     * The parameter {@code trigger} stands in the Trigger's sink, since Knative's mt broker does not say whose delivery failed by
     * a time-out. It is read here, unlike those of clients: nothing about a dead letter is refused.
     */
    @POST
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "keepEvent",
            summary = "Keeps what could not be delivered elsewhere",
            description =
                    "A CloudEvent in binary or structured mode, or anything else. A ping of the sweep's schedule that is no"
                            + " dead letter starts the sweep.")
    @APIResponse(responseCode = "204", description = "It is kept, or the sweep is done")
    @APIResponse(
            responseCode = "400",
            description =
                    "The schedule's ping can't be recorded (not-a-cloudevent), or the request is not readable at all"
                            + " (bad-request)")
    @APIResponse(responseCode = "403", description = "The sender is no Trigger of this sink (forbidden)")
    @Parameter(
            name = "trigger",
            in = ParameterIn.QUERY,
            description = "Whose delivery failed; it stands in the Trigger's own deadLetterSink",
            schema = @Schema(implementation = String.class))
    public Response receive(
            @Context UriInfo uri, @Context HttpHeaders headers, @Context HttpServerRequest request, byte[] body) {
        MultivaluedMap<String, String> asTheyCame = new MultivaluedHashMap<>();
        request.headers()
                .names()
                .forEach(name -> asTheyCame.put(
                        name.toLowerCase(Locale.ROOT), request.headers().getAll(name)));
        Arrival arrival = Arrival.of(uri.getQueryParameters().getFirst("trigger"), asTheyCame, body);
        Trace.join(arrival.attributes()::getString);
        if (arrival.isPingOf(schedule) && MediaTypes.areOfAnEvent(headers, body)) {
            return endpoint.receive(headers, body, ping -> {});
        }
        deadLetters.keep(arrival);
        return Response.noContent().build();
    }
}
