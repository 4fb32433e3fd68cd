/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import shop.events.EventTypes;
import shop.events.ShopEvent.PaymentRefunded;
import shop.events.ShopEvent.RefundRequested;
import shop.functions.Handles;
import shop.functions.Identity;
import shop.functions.InvalidEvent;
import shop.functions.Unavailable;
import shop.functions.payment.OrderService.Problem;

/** Refunds all past and future charges of an order that is over, or that the shop does not know, and replies that it did. */
@Singleton
@RegisterForReflection(targets = {PaymentRefunded.class, Problem.class})
public class RefundPayment {
    private static final Set<String> NOTHING_SOLD = Set.of("REJECTED", "CANCELLED", "EXPIRED");
    private static final String UNKNOWN = "UNKNOWN";

    /** Made at their first use, since they can't be made without their settings. */
    private final Instance<OrderService> orders;

    private final Instance<PaymentProvider> provider;
    private final Clock clock;

    RefundPayment(
            @RestClient Instance<OrderService> orders, @RestClient Instance<PaymentProvider> provider, Clock clock) {
        this.orders = orders;
        this.provider = provider;
        this.clock = clock;
    }

    @Funq
    @Handles(EventTypes.REFUND_REQUESTED)
    public CloudEvent<Object> refundPayment(CloudEvent<RefundRequested> event) {
        UUID orderId = InvalidEvent.required("orderId", event.data().orderId());
        requireOver(orderId);
        Unavailable.run(PaymentProvider.SETTING, () -> provider.get().cancel(orderId));
        return Reply.to(
                event,
                "refundPayment",
                EventTypes.REFUND_PAYMENT,
                new PaymentRefunded(orderId, clock.instant()),
                clock);
    }

    /** An order that is over stays so, and one that stands has no refund requested, whatever the event says. */
    private void requireOver(UUID orderId) {
        String bearer = Identity.bearer();
        String status = Unavailable.callOurs(OrderService.SETTING, () -> statusOf(orderId, bearer));
        if (!NOTHING_SOLD.contains(status) && !status.equals(UNKNOWN)) {
            throw new InvalidEvent("data.orderId", "order " + orderId + " is " + status + ", so it is not refunded");
        }
    }

    private String statusOf(UUID orderId, String bearer) {
        try {
            return orders.get().order(orderId, bearer).status();
        } catch (WebApplicationException e) {
            if (isUnknown(e.getResponse())) {
                return UNKNOWN;
            }
            throw e;
        }
    }

    /** By the order-service's own words: a gateway without a route to it answers 404, too. */
    private static boolean isUnknown(Response response) {
        return response.getStatus() == 404
                && response.getMediaType() != null
                && response.getMediaType().getSubtype().equals("problem+json")
                && response.readEntity(Problem.class).type().endsWith("/not-found");
    }
}
