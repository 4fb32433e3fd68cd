/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

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
import shop.kit.http.Problem;

/** Receives the schedule's ping. This service has no other events to handle. */
@Path("/events")
@RunOnVirtualThread
@Tag(name = "Events", description = "For the broker, within the cluster.")
public class EventResource {
    private final EventEndpoint endpoint;

    EventResource(EventEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Operation(summary = "Takes a CloudEvent, in binary or structured mode")
    @APIResponse(responseCode = "204", description = "Handled; a broker delivers it no more")
    public Response receive(@Context HttpHeaders headers, byte[] body) {
        return endpoint.receive(headers, body, event -> {
            throw Problem.because(
                    400,
                    "unexpected-event",
                    "Unexpected event",
                    "Nothing here handles " + event.getType() + ": look at the trigger that delivered it.");
        });
    }
}
