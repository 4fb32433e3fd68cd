/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import io.cloudevents.CloudEvent;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import shop.events.EventTypes;
import shop.events.ShopEvent.PaymentAuthorized;
import shop.events.ShopEvent.PaymentDeclined;
import shop.events.ShopEvent.PaymentRefunded;
import shop.events.ShopEvent.UserDeleted;
import shop.kit.events.EventEndpoint;
import shop.kit.events.Inbox;
import shop.orders.buyer.Buyers;

/**
 * Receives the answers about payments and refunds and the deletions of users. An event that is late, repeated, impossible or not for this
 * service changes no state and is acknowledged, since another delivery would not help.
 */
@Path("/events")
@RunOnVirtualThread
@Tag(name = "Events", description = "For the broker, within the cluster.")
public class EventResource {
    private static final Logger LOG = Logger.getLogger(EventResource.class);

    private final EventEndpoint endpoint;
    private final Inbox inbox;
    private final Orders orders;
    private final Buyers buyers;

    EventResource(EventEndpoint endpoint, Inbox inbox, Orders orders, Buyers buyers) {
        this.endpoint = endpoint;
        this.inbox = inbox;
        this.orders = orders;
        this.buyers = buyers;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @PermitAll
    @Operation(
            summary = "Takes a CloudEvent, in binary or structured mode",
            description = EventTypes.PAYMENT_AUTHORIZED + ", " + EventTypes.PAYMENT_DECLINED + ", "
                    + EventTypes.PAYMENT_REFUNDED + ", " + EventTypes.USER_DELETED + " and " + EventTypes.PING
                    + ", which starts the sweep.")
    @APIResponse(responseCode = "204", description = "It is handled, or there is nothing to do about it")
    public Response receive(@Context HttpHeaders headers, byte[] body) {
        return endpoint.receive(headers, body, event -> {
            switch (event.getType()) {
                case EventTypes.PAYMENT_AUTHORIZED -> authorized(event);
                case EventTypes.PAYMENT_DECLINED -> declined(event);
                case EventTypes.PAYMENT_REFUNDED -> refunded(event);
                case EventTypes.USER_DELETED -> deleted(event);
                default -> LOG.warnf("Event %s of type %s is not for this service", event.getId(), event.getType());
            }
        });
    }

    private void authorized(CloudEvent event) {
        PaymentAuthorized authorized = endpoint.data(event, PaymentAuthorized.class);
        UUID id = authorized.orderId();
        Payment payment = new Payment(authorized.chargeId(), authorized.amount());
        inbox.once(event, transaction -> {
            if (orders.applyPayment(transaction, id, payment, event.getId()).isEmpty()) {
                LOG.warnf("A payment came for order %s, which does not exist", id);
                orders.requestRefund(transaction, id, "a payment came for an order that does not exist");
            }
        });
    }

    private void declined(CloudEvent event) {
        PaymentDeclined declined = endpoint.data(event, PaymentDeclined.class);
        inbox.once(event, transaction -> {
            Cause cause = Cause.of("payment declined: " + declined.reason(), event);
            if (orders.apply(transaction, declined.orderId(), OrderEvent.PAYMENT_DECLINED, cause)
                    .isEmpty()) {
                LOG.warnf("A payment was declined for order %s, which does not exist", declined.orderId());
            }
        });
    }

    private void refunded(CloudEvent event) {
        UUID id = endpoint.data(event, PaymentRefunded.class).orderId();
        inbox.once(event, transaction -> orders.refunded(transaction, id));
    }

    private void deleted(CloudEvent event) {
        UserDeleted deleted = endpoint.data(event, UserDeleted.class);
        inbox.once(event, transaction -> {
            buyers.delete(transaction, deleted.userId(), deleted.deletedAt());
            orders.cancelOpenOrdersOf(transaction, deleted.userId(), Cause.of("user deleted", event));
        });
    }
}
