/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import static java.util.Objects.requireNonNullElse;
import static shop.functions.InvalidEvent.required;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;
import shop.events.EventTypes;
import shop.events.Money;
import shop.events.ShopEvent;
import shop.events.ShopEvent.PaymentAuthorized;
import shop.events.ShopEvent.PaymentDeclined;
import shop.functions.Handles;
import shop.functions.Identity;
import shop.functions.OrderData;
import shop.functions.Unavailable;
import shop.functions.payment.OrderService.PaymentDue;
import shop.functions.payment.PaymentProvider.Charge;
import shop.functions.payment.PaymentProvider.ChargeRequest;

/** Charges a placed order, and replies with the payment provider's answer. */
@Singleton
@RegisterForReflection(targets = {PaymentAuthorized.class, PaymentDeclined.class, Money.class})
public class AuthorizePayment {
    private static final Logger LOG = Logger.getLogger(AuthorizePayment.class);
    private static final int GONE = 410;

    /** Made at their first use, since they can't be made without their settings. */
    private final Instance<OrderService> orders;

    private final Instance<PaymentProvider> provider;
    private final Clock clock;

    AuthorizePayment(
            @RestClient Instance<OrderService> orders, @RestClient Instance<PaymentProvider> provider, Clock clock) {
        this.orders = orders;
        this.provider = provider;
        this.clock = clock;
    }

    /**
     * The part of {@code OrderPlaced} that says what is to be charged.
     *
     * @param total with a token only
     * @param paymentToken of an event that the release before has published; such orders are not known to wait for a payment
     */
    public record Placed(UUID orderId, Money total, String paymentToken) implements OrderData {}

    /** No reply when nothing is to be charged: the answer was applied before, or the order is over. */
    @Funq
    @Handles(EventTypes.ORDER_PLACED)
    public CloudEvent<Object> authorizePayment(CloudEvent<Placed> event) {
        UUID orderId = required("orderId", event.data().orderId());
        return paymentDue(orderId, event.data())
                .map(due ->
                        Reply.to(event, "authorizePayment", EventTypes.AUTHORIZE_PAYMENT, charge(orderId, due), clock))
                .orElseGet(() -> {
                    LOG.infof("order %s does not wait for a payment: nothing is charged", orderId);
                    return null;
                });
    }

    private Optional<PaymentDue> paymentDue(UUID orderId, Placed order) {
        if (order.paymentToken() != null) {
            Money total = required("total", order.total());
            required("total.currency", total.currency());
            return Optional.of(new PaymentDue(total, order.paymentToken()));
        }
        String bearer = Identity.bearer();
        return Unavailable.callOurs(OrderService.SETTING, () -> {
            try {
                return Optional.of(
                        Unavailable.answer(OrderService.SETTING, orders.get().paymentDue(orderId, bearer)));
            } catch (WebApplicationException e) {
                // Not 404: that may be the answer of the release before, which does not know this path.
                if (e.getResponse().getStatus() == GONE) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private ShopEvent charge(UUID orderId, PaymentDue due) {
        ChargeRequest request =
                new ChargeRequest(due.amount().amount(), due.amount().currency(), due.token());
        Charge charge =
                Unavailable.call(PaymentProvider.SETTING, () -> provider.get().charge(orderId, request));
        return switch (charge.status()) {
            case CHARGED ->
                new PaymentAuthorized(
                        orderId, charged(charge, due), requireNonNullElse(charge.chargeId(), orderId.toString()));
            case DECLINED ->
                new PaymentDeclined(orderId, requireNonNullElse(charge.reason(), "declined by the payment provider"));
        };
    }

    /** By the provider's own words: it may have charged something else before, and repeats its first answer. */
    private static Money charged(Charge charge, PaymentDue due) {
        return charge.amount() == null || charge.currency() == null
                ? due.amount()
                : new Money(charge.amount(), charge.currency());
    }
}
