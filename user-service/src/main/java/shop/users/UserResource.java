/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirementsSet;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import shop.events.Uuids;
import shop.kit.events.Publisher;
import shop.kit.http.Api;
import shop.kit.http.ETags;
import shop.kit.http.IdempotencyKeys;
import shop.kit.http.Page;
import shop.kit.http.Preconditions;
import shop.kit.http.Problem;
import shop.kit.identity.Caller;
import shop.kit.settings.Closed;
import shop.settings.Settings;

/** Users: they register, and read, change and delete what is theirs. */
@Path("/users")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users", description = "Users see and change themselves, admins all; trusted services read them.")
public class UserResource {
    private static final int FIRST_VERSION = 1;

    /** Whose keys those of requests without a token are. */
    private static final UUID ANYBODY = new UUID(0, 0);

    private final Users users;
    private final LatestOrders latestOrders;
    private final IdempotencyKeys idempotency;
    private final Publisher publisher;
    private final Caller caller;
    private final ObjectMapper json;
    private final Validator validator;
    private final Settings settings;

    UserResource(
            Users users,
            LatestOrders latestOrders,
            IdempotencyKeys idempotency,
            Publisher publisher,
            Caller caller,
            ObjectMapper json,
            Validator validator,
            Settings settings) {
        this.users = users;
        this.latestOrders = latestOrders;
        this.idempotency = idempotency;
        this.publisher = publisher;
        this.caller = caller;
        this.json = json;
        this.validator = validator;
        this.settings = settings;
    }

    /** @param orders only if asked for */
    record UserAndOrders(
            @JsonUnwrapped User user,
            @JsonInclude(JsonInclude.Include.NON_NULL) LatestOrders.Orders orders) {}

    @POST
    @Operation(
            operationId = "registerUser",
            summary = "Registers a user",
            description = "Open to everyone. With a token, its identity is the user's from now on: a subject that is a"
                    + " UUID becomes the user's id. Sent again with the same Idempotency-Key within 24 hours it gives the"
                    + " first answer and registers nobody more.")
    @SecurityRequirementsSet
    @SecurityRequirementsSet(@SecurityRequirement(name = Api.BEARER))
    @APIResponse(
            responseCode = "201",
            description = "The user",
            headers = {
                @Header(name = HttpHeaders.LOCATION, schema = @Schema(implementation = URI.class)),
                @Header(name = HttpHeaders.ETAG, schema = @Schema(implementation = String.class))
            },
            content = @Content(schema = @Schema(implementation = User.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "Another user has this e-mail (email-taken), or this identity is registered (already-registered)")
    @APIResponse(responseCode = "410", description = "The user with this identity was deleted")
    @APIResponse(responseCode = "422", description = "The key was used for another request (idempotency-key-reused)")
    @APIResponse(
            responseCode = "503",
            description = "No new registrations are taken for now (registrations-closed), the service takes no more"
                    + " requests (service-unavailable), or its database does not answer (database-unavailable)",
            headers =
                    @Header(
                            name = HttpHeaders.RETRY_AFTER,
                            description = "The seconds to wait before the next try",
                            schema = @Schema(implementation = String.class)))
    public Response register(
            @HeaderParam(IdempotencyKeys.HEADER)
                    @Parameter(description = "New for each registration, the same at each retry")
                    String key,
            @NotNull @Valid UserData data) {
        Optional<UUID> identity = caller.userId();
        Response response = key == null
                ? registered(identity, data)
                : idempotency.once(identity.orElse(ANYBODY), "POST /users", key, data, transaction -> {
                    requireOpen();
                    User user = users.register(transaction, identity.orElseGet(Uuids::timeOrdered), data);
                    return new IdempotencyKeys.Answer(201, Users.location(user.id()), user);
                });
        publisher.publishSoon();
        return Response.fromResponse(response)
                .header(HttpHeaders.ETAG, ETags.ofVersion(FIRST_VERSION))
                .build();
    }

    private Response registered(Optional<UUID> identity, UserData data) {
        requireOpen();
        User user = users.register(identity.orElseGet(Uuids::timeOrdered), data);
        return Response.created(Users.location(user.id())).entity(user).build();
    }

    private void requireOpen() {
        Closed.requireOpen(settings.get(UserSettings.REGISTRATION), "registrations");
    }

    @GET
    @Path("{id}")
    @Operation(
            operationId = "getUser",
            summary = "Reads a user",
            description = "For the user, admins and services. The orders are the order-service's; when it does not"
                    + " answer, they are unavailable, and the user still comes back.")
    @SecurityRequirement(name = Api.BEARER)
    @APIResponse(
            responseCode = "200",
            description = "The user, with orders if asked for",
            headers = @Header(name = HttpHeaders.ETAG, schema = @Schema(implementation = String.class)))
    @APIResponse(responseCode = "404", description = "There never was such a user")
    @APIResponse(responseCode = "410", description = "The user was deleted")
    public RestResponse<UserAndOrders> get(
            @PathParam("id") UUID id,
            @QueryParam("include")
                    @Parameter(description = "What else is to be in the answer")
                    @Pattern(regexp = "orders", message = "can only be orders")
                    String include) {
        caller.requireAccessTo(id);
        User user = users.get(id);
        LatestOrders.Orders orders =
                include == null ? null : latestOrders.of(id, caller.token().orElseThrow());
        return orders == null
                ? ok(new UserAndOrders(user, null), user)
                : RestResponse.ok(new UserAndOrders(user, orders)); // which change without the user
    }

    @GET
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "listUsers",
            summary = "Lists users",
            description = "For admins. In the order of their ids; e-mail and name begin so, whatever their case.")
    @SecurityRequirement(name = Api.BEARER)
    public Page<User> list(
            @QueryParam("email") @Parameter(description = "The beginning of the e-mail address") String email,
            @QueryParam("name") @Parameter(description = "The beginning of the name") String name,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) Integer limit) {
        return Page.of(users.list(Page.afterId(cursor), email, name, limit + 1), limit, User::id);
    }

    @PATCH
    @Path("{id}")
    @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "changeUser",
            summary = "Changes a user",
            description = "For the user and admins. The body is a JSON merge patch (RFC 7396): members that it does not"
                    + " name stay, a null address goes. If-Match names the ETag that the change was made from.")
    @SecurityRequirement(name = Api.BEARER)
    @Parameter(name = HttpHeaders.IF_MATCH, in = ParameterIn.HEADER, required = true)
    @RequestBody(
            content = {
                @Content(mediaType = MergePatch.MEDIA_TYPE, schema = @Schema(implementation = UserData.class)),
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = UserData.class))
            })
    @APIResponse(
            responseCode = "200",
            description = "The user as it is now",
            headers = @Header(name = HttpHeaders.ETAG, schema = @Schema(implementation = String.class)))
    @APIResponse(responseCode = "404", description = "There never was such a user")
    @APIResponse(responseCode = "409", description = "Another user has this e-mail (email-taken)")
    @APIResponse(responseCode = "410", description = "The user was deleted")
    @APIResponse(responseCode = "412", description = "The user has changed since")
    @APIResponse(responseCode = "428", description = "If-Match is missing")
    public RestResponse<User> change(
            @PathParam("id") UUID id, @BeanParam Preconditions preconditions, @NotNull ObjectNode patch) {
        requireOwnerOrAdmin(id);
        User user = users.change(id, preconditions, data -> patched(data, patch));
        return ok(user, user);
    }

    @DELETE
    @Path("{id}")
    @Operation(
            operationId = "deleteUser",
            summary = "Deletes a user",
            description = "For the user and admins. Erases what is personal; the id is not used again. Sending it twice"
                    + " does no more than sending it once: the second answer is 410.")
    @SecurityRequirement(name = Api.BEARER)
    @APIResponse(responseCode = "204", description = "The user is deleted")
    @APIResponse(responseCode = "404", description = "There never was such a user")
    @APIResponse(responseCode = "410", description = "The user was deleted before")
    @APIResponse(responseCode = "412", description = "The user has changed since")
    public void delete(@PathParam("id") UUID id, @BeanParam Preconditions preconditions) {
        requireOwnerOrAdmin(id);
        users.delete(id, preconditions);
    }

    private UserData patched(UserData data, ObjectNode patch) {
        try {
            UserData patched = json.treeToValue(MergePatch.apply(patch, json.valueToTree(data)), UserData.class);
            var violations = validator.validate(patched);
            if (!violations.isEmpty()) {
                throw new ConstraintViolationException(violations);
            }
            return patched;
        } catch (JsonProcessingException e) {
            throw new BadRequestException(e);
        }
    }

    private void requireOwnerOrAdmin(UUID id) {
        if (!id.equals(caller.requireUserId()) && !caller.is(Caller.ADMIN)) {
            throw Problem.forbidden("Only the user and admins may do this.");
        }
    }

    private static <T> RestResponse<T> ok(T body, User user) {
        return ResponseBuilder.ok(body)
                .header(HttpHeaders.ETAG, ETags.ofVersion(user.version()))
                .build();
    }
}
