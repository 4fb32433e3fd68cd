package shop.deadletters;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import shop.kit.events.EventEndpoint;

/** The dead letter sink. Whatever comes is kept, for there is no place left that it could go to. */
@Path("/events")
@RunOnVirtualThread
@Tag(name = "Events", description = "For the broker, within the cluster.")
public class EventResource {
    private final DeadLetters deadLetters;
    private final EventEndpoint endpoint;

    EventResource(DeadLetters deadLetters, EventEndpoint endpoint) {
        this.deadLetters = deadLetters;
        this.endpoint = endpoint;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Operation(
            summary = "Keeps what could not be delivered elsewhere",
            description =
                    "A CloudEvent in binary or structured mode, or anything else. A ping of the schedule that is no"
                            + " dead letter starts the sweep.")
    @APIResponse(responseCode = "204", description = "It is kept")
    public Response receive(@Context HttpHeaders headers, byte[] body) {
        Arrival arrival = Arrival.of(headers, body);
        if (arrival.isPing()) {
            return endpoint.receive(headers, body, ping -> {});
        }
        deadLetters.keep(arrival);
        return Response.noContent().build();
    }
}
