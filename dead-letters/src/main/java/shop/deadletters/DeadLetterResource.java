/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import shop.kit.http.Api;
import shop.kit.http.Page;
import shop.kit.http.Preconditions;
import shop.kit.http.Problem;
import shop.kit.identity.Caller;

/** Dead letters for admins: looked at, and sent into the broker again. */
@Path("/dead-letters")
@RunOnVirtualThread
@RolesAllowed(Caller.ADMIN)
@Produces(MediaType.APPLICATION_JSON)
@SecurityRequirement(name = Api.BEARER)
@Tag(name = "Dead letters", description = "Events that could not be delivered. For admins only.")
public class DeadLetterResource {
    private static final String BOOLEAN = "true|false";

    private final DeadLetters deadLetters;
    private final Caller caller;

    DeadLetterResource(DeadLetters deadLetters, Caller caller) {
        this.deadLetters = deadLetters;
        this.caller = caller;
    }

    /** Either of them. */
    record Selection(
            @Size(min = 1, max = 1000) Set<@NotNull UUID> ids,
            @Valid Filter filter) {
        private void requireEither() {
            if ((ids == null) == (filter == null)) {
                throw Problem.invalid(Problem.Place.body, "ids", "Send either ids or a filter.");
            }
        }
    }

    record Replayed(List<UUID> replayed) {}

    record Deleted(List<UUID> deleted) {}

    @GET
    @Operation(operationId = "listDeadLetters", summary = "Lists dead letters, the latest first")
    public Page<DeadLetter> list(
            @QueryParam("type") @Parameter(description = "The type of the event") String type,
            @QueryParam("source") @Parameter(description = "The source of the event") String source,
            @QueryParam("trigger") @Parameter(description = "The Trigger whose delivery failed") String trigger,
            @QueryParam("destination") @Parameter(description = "The address of the failed delivery")
                    String destination,
            @QueryParam("code") @Parameter(description = "The HTTP status of the last attempt there") Integer code,
            @QueryParam("replayed")
                    @Parameter(description = "Whether it was replayed since it arrived last")
                    @Pattern(regexp = BOOLEAN, message = "must be true or false")
                    String replayed,
            @QueryParam("refused")
                    @Parameter(description = "Whether the broker refused its replay for good")
                    @Pattern(regexp = BOOLEAN, message = "must be true or false")
                    String refused,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) Integer limit) {
        Filter filter =
                new Filter(type, source, trigger, destination, code, trueOrFalse(replayed), trueOrFalse(refused));
        return Page.of(deadLetters.list(filter, Page.afterId(cursor), limit + 1), limit, DeadLetter::id);
    }

    private static Boolean trueOrFalse(String value) {
        return value == null ? null : Boolean.valueOf(value);
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getDeadLetter", summary = "Tells all of a dead letter: attributes, data and replays")
    @APIResponseSchema(DeadLetter.Details.class)
    @APIResponse(responseCode = "404", description = "There is no such dead letter")
    public DeadLetter.Details get(@PathParam("id") UUID id) {
        return deadLetters.find(id).orElseThrow(() -> Problem.notFound("dead letter", id));
    }

    @POST
    @Path("/{id}/replay")
    @ResponseStatus(202)
    @Operation(
            operationId = "replayDeadLetter",
            summary = "Sends the event into the broker again",
            description = "With the same id, so that those who got it already recognise it, and without what the broker"
                    + " said of the failure.")
    @APIResponse(
            responseCode = "202",
            description = "It will be published, however often the broker must be asked, unless it refuses it for good",
            content = @Content(schema = @Schema(implementation = DeadLetter.Details.class)))
    @APIResponse(responseCode = "404", description = "There is no such dead letter")
    @APIResponse(responseCode = "409", description = "It is no CloudEvent (not-replayable)")
    @APIResponse(responseCode = "412", description = "If-Match or If-None-Match does not allow it")
    public DeadLetter.Details replay(@PathParam("id") UUID id, @BeanParam Preconditions preconditions) {
        deadLetters.replay(id, preconditions, caller.requireUserId());
        return get(id);
    }

    @POST
    @Path("/replay")
    @ResponseStatus(202)
    @Operation(
            operationId = "replayDeadLetters",
            summary = "Sends several events into the broker again, the oldest first",
            description =
                    "Either those with these ids, all or none, or the oldest 1000 that match a filter; {\"filter\":"
                            + " {\"replayed\": false}} until nothing is answered replays everything that is left. Those"
                            + " whose replay the broker refused are left out, unless the filter has refused: true.")
    @APIResponse(
            responseCode = "202",
            description =
                    "They will be published, however often the broker must be asked, unless it refuses them for good",
            content = @Content(schema = @Schema(implementation = Replayed.class)))
    @APIResponse(responseCode = "404", description = "One of the ids is no dead letter's")
    @APIResponse(
            responseCode = "409",
            description = "One of the ids is of something that is no CloudEvent (not-replayable)")
    public Replayed replay(@NotNull @Valid Selection request) {
        request.requireEither();
        return new Replayed(
                request.ids() == null
                        ? deadLetters.replay(request.filter(), caller.requireUserId())
                        : deadLetters.replay(request.ids(), caller.requireUserId()));
    }

    @DELETE
    @Path("/{id}")
    @Operation(
            operationId = "deleteDeadLetter",
            summary = "Deletes a dead letter for good",
            description = "A replay of it that is under way goes on.")
    @APIResponse(responseCode = "204", description = "It is gone; if it arrives again, it is a new one")
    @APIResponse(responseCode = "404", description = "There is no such dead letter")
    @APIResponse(responseCode = "412", description = "If-Match or If-None-Match does not allow it")
    public void delete(@PathParam("id") UUID id, @BeanParam Preconditions preconditions) {
        deadLetters.delete(id, preconditions);
    }

    @POST
    @Path("/delete")
    @Operation(
            operationId = "deleteDeadLetters",
            summary = "Deletes several dead letters for good, the oldest first",
            description =
                    "Either those with these ids, all or none, or the oldest 1000 that match a filter, which must ask"
                            + " for something; to be repeated until nothing is answered.")
    @APIResponseSchema(Deleted.class)
    @APIResponse(responseCode = "404", description = "One of the ids is no dead letter's")
    public Deleted delete(@NotNull @Valid Selection request) {
        request.requireEither();
        if (request.ids() != null) {
            return new Deleted(deadLetters.delete(request.ids()));
        }
        if (request.filter().matchesAll()) {
            throw Problem.invalid(Problem.Place.body, "filter", "Name what to delete, such as {\"replayed\": true}.");
        }
        return new Deleted(deadLetters.delete(request.filter()));
    }
}
