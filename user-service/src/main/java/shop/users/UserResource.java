package shop.users;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.UUID;
import shop.events.Uuids;
import shop.kit.http.ETags;
import shop.kit.http.Page;
import shop.kit.http.Problem;
import shop.kit.identity.Caller;

@Path("/users")
@RunOnVirtualThread
public class UserResource {
    private final Users users;
    private final LatestOrders latestOrders;
    private final Caller caller;
    private final ObjectMapper json;
    private final Validator validator;

    UserResource(Users users, LatestOrders latestOrders, Caller caller, ObjectMapper json, Validator validator) {
        this.users = users;
        this.latestOrders = latestOrders;
        this.caller = caller;
        this.json = json;
        this.validator = validator;
    }

    record UserAndOrders(@JsonUnwrapped User user, LatestOrders.Orders orders) {}

    @POST
    public Response register(@NotNull @Valid UserData data) {
        User user = users.register(caller.userId().orElseGet(Uuids::timeOrdered), data);
        return answer(Response.created(URI.create("/users/" + user.id())), user, user);
    }

    @GET
    @Path("{id}")
    public Response get(
            @PathParam("id") UUID id,
            @QueryParam("include") @Pattern(regexp = "orders", message = "can only be orders") String include) {
        caller.requireAccessTo(id);
        User user = users.get(id);
        return answer(Response.ok(), user, include == null ? user : withOrders(user));
    }

    @GET
    @RolesAllowed(Caller.ADMIN)
    public Page<User> list(
            @QueryParam("email") @Pattern(regexp = Line.TEXT, message = Line.CONTROLS) String email,
            @QueryParam("name") @Pattern(regexp = Line.TEXT, message = Line.CONTROLS) String name,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) Integer limit) {
        return Page.of(users.list(Page.afterId(cursor), email, name, limit + 1), limit, User::id);
    }

    @PATCH
    @Path("{id}")
    @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
    public Response change(
            @PathParam("id") UUID id, @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch, @NotNull JsonNode patch) {
        requireOwnerOrAdmin(id);
        User user = users.change(id, ifMatch, data -> patched(data, patch));
        return answer(Response.ok(), user, user);
    }

    @DELETE
    @Path("{id}")
    public void delete(@PathParam("id") UUID id) {
        requireOwnerOrAdmin(id);
        users.delete(id);
    }

    private UserAndOrders withOrders(User user) {
        return new UserAndOrders(user, latestOrders.of(user.id(), caller.token().orElseThrow()));
    }

    private UserData patched(UserData data, JsonNode patch) {
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

    private static Response answer(Response.ResponseBuilder response, User user, Object body) {
        return response.header(HttpHeaders.ETAG, ETags.of(user.version()))
                .entity(body)
                .build();
    }
}
