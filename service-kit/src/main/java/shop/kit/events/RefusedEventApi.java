/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.jboss.resteasy.reactive.ResponseStatus;
import shop.kit.events.RefusedEvents.RefusedEvent;
import shop.kit.http.Api;
import shop.kit.http.Page;
import shop.kit.identity.Caller;

/** The events that the broker refused, for admins. A service's own resource gives it a path. */
@RunOnVirtualThread
@RolesAllowed(Caller.ADMIN)
@Produces(MediaType.APPLICATION_JSON)
public abstract class RefusedEventApi {
    private final RefusedEvents events;

    protected RefusedEventApi(RefusedEvents events) {
        this.events = events;
    }

    @GET
    @SecurityRequirement(name = Api.BEARER)
    @Operation(
            operationId = "listRefusedEvents",
            summary = "Lists the events that the broker refused for good, the oldest first")
    public Page<RefusedEvent> list(
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) Integer limit) {
        return Page.of(events.list(Page.afterNumber(cursor), limit + 1), limit, RefusedEvent::id);
    }

    @POST
    @Path("/{id}/publish")
    @ResponseStatus(202)
    @SecurityRequirement(name = Api.BEARER)
    @Operation(
            operationId = "publishRefusedEvent",
            summary = "Sends the event to the broker again",
            description = "Before the later events of its key that still wait. Those that were published meanwhile have"
                    + " overtaken it.")
    @APIResponse(responseCode = "202", description = "It will be published; if it is refused again, it is listed again")
    @APIResponse(responseCode = "404", description = "There is no such refused event")
    public void publish(@PathParam("id") Long id) {
        events.publish(id);
    }

    @DELETE
    @Path("/{id}")
    @SecurityRequirement(name = Api.BEARER)
    @Operation(operationId = "dropRefusedEvent", summary = "Drops the event: nobody will ever get it")
    @APIResponse(responseCode = "204", description = "It is gone")
    @APIResponse(responseCode = "404", description = "There is no such refused event")
    public void drop(@PathParam("id") Long id) {
        events.drop(id);
    }
}
