/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import shop.events.ShopEvent.PaymentDeclined;
import shop.events.ShopEvent.UserDeleted;
import shop.events.ShopEvent.UserRegistered;
import shop.events.Uuids;
import shop.kit.events.EventEndpoint;
import shop.kit.events.Inbox;
import shop.kit.events.Outbox;
import shop.kit.events.Publisher;
import shop.kit.http.ETags;
import shop.kit.http.IdempotencyKeys;
import shop.kit.http.Page;
import shop.kit.http.Preconditions;
import shop.kit.http.Problem;
import shop.kit.identity.Caller;
import shop.kit.sql.Database;

/** The smallest service that uses all of the kit. */
@Path("/")
@RunOnVirtualThread
public class SampleResource {
    public record Effect(@NotBlank String text, int times) {}

    private static final UUID CALLER = UUID.randomUUID();

    private final Database database;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Publisher publisher;
    private final IdempotencyKeys idempotency;
    private final EventEndpoint endpoint;
    private final Caller caller;
    private final ETags etags;

    SampleResource(
            Database database,
            Outbox outbox,
            Inbox inbox,
            Publisher publisher,
            IdempotencyKeys idempotency,
            EventEndpoint endpoint,
            Caller caller,
            ETags etags) {
        this.database = database;
        this.outbox = outbox;
        this.inbox = inbox;
        this.publisher = publisher;
        this.idempotency = idempotency;
        this.endpoint = endpoint;
        this.caller = caller;
        this.etags = etags;
    }

    @POST
    @Path("effects")
    public Response once(@HeaderParam(IdempotencyKeys.HEADER) String key, @Valid @NotNull Effect effect) {
        Response response = idempotency.once(CALLER, "POST /effects", key, effect, transaction -> {
            UUID id = Uuids.timeOrdered();
            transaction.update("insert into effects (id, text) values ($1, $2)", Tuple.of(id, effect.text()));
            if (effect.text().equals("fails")) {
                throw new IllegalStateException("fails on purpose, with a secret");
            }
            outbox.add(transaction, new UserRegistered(id, effect.times(), Instant.EPOCH));
            return new IdempotencyKeys.Answer(201, URI.create("/effects/" + id), effect);
        });
        publisher.publishSoon();
        return response;
    }

    @POST
    @Path("sequences/{id}")
    public void sequence(@PathParam("id") UUID id, @QueryParam("length") Integer length) {
        database.doInTransaction(transaction -> {
            for (int i = 0; i < length; i++) {
                outbox.add(transaction, new UserRegistered(id, i, Instant.EPOCH));
            }
        });
        publisher.publishSoon();
    }

    @GET
    @Path("effects")
    public Page<String> list(
            @QueryParam("cursor") String cursor, @QueryParam("limit") @Min(1) @Max(100) Integer limit) {
        return Page.of(List.of("a", "b", String.valueOf(Page.afterId(cursor))), limit, name -> name);
    }

    @GET
    @Path("effects/{id}")
    public Effect get(@PathParam("id") UUID id) {
        return database.withConnection(sql -> sql.first(
                        "select text from effects where id = $1",
                        Tuple.of(id),
                        row -> new Effect(row.getString("text"), 1)))
                .orElseThrow(() -> Problem.notFound("effect", id));
    }

    /** The state is locked while the preconditions are evaluated, and its tag is that of what {@link #get} answers. */
    @PUT
    @Path("effects/{id}")
    public Effect put(@PathParam("id") UUID id, @BeanParam Preconditions preconditions, @Valid @NotNull Effect effect) {
        database.doInTransaction(transaction -> {
            preconditions.require(transaction
                    .first(
                            "select text from effects where id = $1 for update",
                            Tuple.of(id),
                            row -> etags.ofContent(new Effect(row.getString("text"), 1)))
                    .orElse(null));
            transaction.update(
                    "insert into effects (id, text) values ($1, $2) on conflict (id) do update set text = excluded.text",
                    Tuple.of(id, effect.text()));
        });
        return effect;
    }

    @GET
    @Path("admin")
    @RolesAllowed("admin")
    public String admin() {
        return "for admins";
    }

    @GET
    @Path("me")
    public String me() {
        return caller.userId().map(UUID::toString).orElse("nobody") + " " + caller.is(Caller.CUSTOMER) + " "
                + caller.is(Caller.SERVICE);
    }

    @GET
    @Path("person")
    public UUID person() {
        return caller.requireUserId();
    }

    @GET
    @Path("owned/{owner}")
    public void owned(@PathParam("owner") UUID owner) {
        caller.requireAccessTo(owner);
    }

    @GET
    @Path("echo/{path}")
    public String echo(
            @PathParam("path") String path, @QueryParam("query") String query, @HeaderParam("X-Header") String header) {
        return path + " " + query + " " + header;
    }

    @POST
    @Path("payments")
    public Response payment(@Context HttpHeaders headers, byte[] body) {
        return endpoint.receive(headers, body, event -> endpoint.data(event, PaymentDeclined.class));
    }

    @POST
    @Path("events")
    @Consumes({MediaType.APPLICATION_JSON, EventEndpoint.STRUCTURED})
    public Response event(@Context HttpHeaders headers, byte[] body) {
        return endpoint.receive(headers, body, event -> {
            UserDeleted deleted = endpoint.data(event, UserDeleted.class);
            inbox.once(
                    event,
                    transaction -> transaction.update(
                            "insert into effects (id, text) values ($1, 'deleted')", Tuple.of(deleted.userId())));
        });
    }
}
