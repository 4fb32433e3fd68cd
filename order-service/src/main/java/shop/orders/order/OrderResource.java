/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import shop.kit.events.Publisher;
import shop.kit.http.Api;
import shop.kit.http.ETags;
import shop.kit.http.IdempotencyKeys;
import shop.kit.http.Page;
import shop.kit.http.Preconditions;
import shop.kit.http.Problem;
import shop.kit.identity.Caller;
import shop.kit.settings.Closed;
import shop.kit.sql.Database;
import shop.settings.Settings;

/** Orders: placed and cancelled by customers, who see their own; shipped and delivered by admins. */
@Path("/orders")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@SecurityRequirement(name = Api.BEARER)
@Tag(name = "Orders", description = "Customers have access to their own, admins to all; trusted services read all.")
public class OrderResource {
    private final OrderPlacement placement;
    private final Orders orders;
    private final Database database;
    private final IdempotencyKeys idempotency;
    private final Publisher publisher;
    private final Caller caller;
    private final ETags etags;
    private final Settings settings;

    OrderResource(
            OrderPlacement placement,
            Orders orders,
            Database database,
            IdempotencyKeys idempotency,
            Publisher publisher,
            Caller caller,
            ETags etags,
            Settings settings) {
        this.placement = placement;
        this.orders = orders;
        this.database = database;
        this.idempotency = idempotency;
        this.publisher = publisher;
        this.caller = caller;
        this.etags = etags;
        this.settings = settings;
    }

    @POST
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN})
    @Operation(
            operationId = "placeOrder",
            summary = "Places an order of the caller's",
            description =
                    "Its stock is taken at once, by the catalogue's prices; lines of the same sku are added up. Then"
                            + " its payment is asked for, which confirms or rejects it. Sent again with the same Idempotency-Key"
                            + " within 24 hours it gives the first answer and orders nothing more.")
    @APIResponseSchema(value = Order.class, responseCode = "201", responseDescription = "It is placed")
    @APIResponse(
            responseCode = "403",
            description = "The caller is no customer (forbidden), or is deleted (user-deleted)")
    @APIResponse(
            responseCode = "409",
            description = "There is too little stock, and nothing was taken (out-of-stock), or the caller has as many"
                    + " open orders as one may have (too-many-open-orders)")
    @APIResponse(
            responseCode = "422",
            description =
                    "A sku is not in the catalogue (unknown-product), the prices are in several currencies"
                            + " (mixed-currencies), the total is over the bound of its currency (total-too-large), or the key was used for another request (idempotency-key-reused)")
    @APIResponse(
            responseCode = "503",
            description = "No new orders are taken for now (orders-closed), the service takes no more requests"
                    + " (service-unavailable), or its database does not answer (database-unavailable)",
            headers =
                    @Header(
                            name = HttpHeaders.RETRY_AFTER,
                            description = "The seconds to wait before the next try",
                            schema = @Schema(implementation = String.class)))
    public Response place(
            @HeaderParam(IdempotencyKeys.HEADER)
                    @Parameter(required = true, description = "New for each order, the same at each retry")
                    String key,
            @NotNull @Valid NewOrder request) {
        UUID user = caller.requireUserId();
        Response response = idempotency.once(user, "POST /orders", key, request, transaction -> {
            Closed.requireOpen(settings.get(OrderSettings.ORDERS), "orders");
            Order order = placement.place(transaction, user, request);
            return new IdempotencyKeys.Answer(201, URI.create("/orders/" + order.id()), order);
        });
        publisher.publishSoon();
        return response;
    }

    @GET
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN, Caller.SERVICE})
    @Operation(
            operationId = "listOrders",
            summary = "Lists orders, the newest first",
            description = "For customers their own. An order that was not paid in time is listed as EXPIRED.")
    public Page<Order> list(
            @QueryParam("userId") @Parameter(description = "The buyer") UUID userId,
            @QueryParam("status") @Parameter(description = "The state by the clock") OrderStatus status,
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
    @Operation(operationId = "getOrder", summary = "Tells all of an order")
    @APIResponseSchema(Order.class)
    @APIResponse(responseCode = "404", description = "There is no such order, or it is another customer's")
    public Order get(@PathParam("id") UUID id) {
        return find(id);
    }

    @GET
    @Path("/{id}/payment")
    @RolesAllowed(Caller.PAYMENT)
    @Operation(
            operationId = "getPaymentDue",
            summary = "Tells what is to be charged for an order that waits for its payment",
            description = "For the function that charges, and nobody else.")
    @APIResponseSchema(PaymentDue.class)
    @APIResponse(
            responseCode = "410",
            description = "Nothing is to be charged: its payment is known, it is over, or there is no such order"
                    + " (nothing-to-charge)")
    public PaymentDue paymentDue(@PathParam("id") UUID id) {
        return orders.paymentDue(id)
                .orElseThrow(() -> Problem.because(
                        410,
                        "nothing-to-charge",
                        "Nothing to charge",
                        "Order " + id + " does not wait for a payment."));
    }

    @GET
    @Path("/{id}/history")
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN, Caller.SERVICE})
    @Operation(operationId = "getOrderHistory", summary = "Tells every change of an order, with its time and cause")
    @APIResponseSchema(value = Change[].class, responseCode = "200")
    @APIResponse(responseCode = "404", description = "There is no such order, or it is another customer's")
    public List<Change> history(@PathParam("id") UUID id) {
        return orders.history(find(id).id());
    }

    @POST
    @Path("/{id}/cancel")
    @RolesAllowed({Caller.CUSTOMER, Caller.ADMIN})
    @Operation(
            operationId = "cancelOrder",
            summary = "Calls off an order that is PLACED or CONFIRMED; its stock and its payment are given back",
            description = "Sent again it changes nothing more, and tells the order as it is by then.")
    @APIResponseSchema(Order.class)
    @APIResponse(responseCode = "404", description = "There is no such order, or it is another customer's")
    @APIResponse(responseCode = "409", description = "Its state does not allow this (impossible-transition)")
    @APIResponse(responseCode = "412", description = "If-Match or If-None-Match does not allow it")
    public Order cancel(@PathParam("id") UUID id, @BeanParam Preconditions preconditions) {
        boolean own = find(id).userId().equals(caller.requireUserId());
        return change(id, OrderEvent.CANCEL, own ? "cancelled by customer" : "cancelled by admin", preconditions);
    }

    @POST
    @Path("/{id}/ship")
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "shipOrder",
            summary = "Says that a CONFIRMED order has left the house",
            description = "Sent again it changes nothing more, and tells the order as it is by then.")
    @APIResponseSchema(Order.class)
    @APIResponse(responseCode = "404", description = "There is no such order")
    @APIResponse(responseCode = "409", description = "Its state does not allow this (impossible-transition)")
    @APIResponse(responseCode = "412", description = "If-Match or If-None-Match does not allow it")
    public Order ship(@PathParam("id") UUID id, @BeanParam Preconditions preconditions) {
        return change(id, OrderEvent.SHIP, "shipped", preconditions);
    }

    @POST
    @Path("/{id}/deliver")
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "deliverOrder",
            summary = "Says that a SHIPPED order has reached its buyer",
            description = "Sent again it changes nothing more, and tells the order as it is by then.")
    @APIResponseSchema(Order.class)
    @APIResponse(responseCode = "404", description = "There is no such order")
    @APIResponse(responseCode = "409", description = "Its state does not allow this (impossible-transition)")
    @APIResponse(responseCode = "412", description = "If-Match or If-None-Match does not allow it")
    public Order deliver(@PathParam("id") UUID id, @BeanParam Preconditions preconditions) {
        return change(id, OrderEvent.DELIVER, "delivered", preconditions);
    }

    private boolean seesAll() {
        return caller.is(Caller.ADMIN) || caller.is(Caller.SERVICE);
    }

    private Order find(UUID id) {
        return orders.find(id, seesAll() ? null : caller.requireUserId())
                .orElseThrow(() -> Problem.notFound("order", id));
    }

    private Order change(UUID id, OrderEvent event, String reason, Preconditions preconditions) {
        Orders.Outcome outcome = database.inTransaction(transaction -> {
                    Optional<Orders.Outcome> applied = orders.apply(transaction, id, event, Cause.of(reason));
                    // What has happened already may be told again, whatever the tag (RFC 9110, 13.1.1).
                    applied.filter(it -> !it.before().status().comesAfter(event))
                            .ifPresent(it -> preconditions.require(etags.ofContent(it.before())));
                    return applied;
                })
                .orElseThrow(() -> Problem.notFound("order", id));
        publisher.publishSoon();
        OrderStatus before = outcome.before().status();
        if (before.next(event).isEmpty() && !before.comesAfter(event)) {
            throw Problem.because(
                    409,
                    "impossible-transition",
                    "Impossible transition",
                    "The order is " + before + ", from where " + event + " leads nowhere.");
        }
        return outcome.after();
    }
}
