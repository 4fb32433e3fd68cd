package shop.orders.order;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import shop.kit.events.Publisher;
import shop.kit.http.IdempotencyKeys;
import shop.kit.http.Page;
import shop.kit.http.Problem;
import shop.kit.identity.Caller;
import shop.kit.sql.Database;

/** Orders: placed and cancelled by customers, who see their own; shipped and delivered by admins. */
@Path("/orders")
@RunOnVirtualThread
public class OrderResource {
    private final Placing placing;
    private final Orders orders;
    private final Database database;
    private final IdempotencyKeys idempotency;
    private final Publisher publisher;
    private final Caller caller;

    OrderResource(
            Placing placing,
            Orders orders,
            Database database,
            IdempotencyKeys idempotency,
            Publisher publisher,
            Caller caller) {
        this.placing = placing;
        this.orders = orders;
        this.database = database;
        this.idempotency = idempotency;
        this.publisher = publisher;
        this.caller = caller;
    }

    @POST
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN})
    public Response place(@HeaderParam(IdempotencyKeys.HEADER) String key, @NotNull @Valid NewOrder request) {
        UUID user = caller.requireUserId();
        Response response = idempotency.once(user, "POST /orders", key, request, transaction -> {
            Order order = placing.place(transaction, user, request);
            return new IdempotencyKeys.Answer(201, URI.create("/orders/" + order.id()), order);
        });
        publisher.publishSoon();
        return response;
    }

    @GET
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN, Caller.SERVICE})
    public Page<Order> list(
            @QueryParam("userId") UUID userId,
            @QueryParam("status") OrderStatus status,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) Integer limit) {
        UUID of = userId == null && !seesAll() ? caller.requireUserId() : userId;
        if (of != null) {
            caller.requireAccessTo(of);
        }
        return Page.of(orders.list(of, status, Page.afterId(cursor), limit + 1), limit, Order::id);
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN, Caller.SERVICE})
    public Order get(@PathParam("id") UUID id) {
        return find(id);
    }

    @GET
    @Path("/{id}/history")
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN, Caller.SERVICE})
    public List<Change> history(@PathParam("id") UUID id) {
        return orders.history(find(id).id());
    }

    @POST
    @Path("/{id}/cancel")
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN})
    public Order cancel(@PathParam("id") UUID id) {
        boolean own = find(id).userId().equals(caller.requireUserId());
        return change(id, OrderEvent.CANCEL, own ? "cancelled by customer" : "cancelled by admin");
    }

    @POST
    @Path("/{id}/ship")
    @RolesAllowed(Caller.ADMIN)
    public Order ship(@PathParam("id") UUID id) {
        return change(id, OrderEvent.SHIP, "shipped");
    }

    @POST
    @Path("/{id}/deliver")
    @RolesAllowed(Caller.ADMIN)
    public Order deliver(@PathParam("id") UUID id) {
        return change(id, OrderEvent.DELIVER, "delivered");
    }

    private boolean seesAll() {
        return caller.is(Caller.ADMIN) || caller.is(Caller.SERVICE);
    }

    private Order find(UUID id) {
        Order order = orders.find(id).orElseThrow(() -> Problem.notFound("order", id));
        caller.requireAccessTo(order.userId());
        return order;
    }

    private Order change(UUID id, OrderEvent event, String reason) {
        Orders.Outcome outcome = database.inTransaction(
                        transaction -> orders.happen(transaction, id, event, Cause.of(reason)))
                .orElseThrow(() -> Problem.notFound("order", id));
        publisher.publishSoon();
        OrderStatus before = outcome.before().status();
        if (before.after(event).isEmpty()) {
            throw Problem.because(
                    409,
                    "impossible-transition",
                    "Impossible transition",
                    "The order is " + before + ", from where " + event + " leads nowhere.");
        }
        return outcome.after();
    }
}
