package shop.events;

import java.util.UUID;

/** The payment provider charged an order. */
public record PaymentAuthorized(UUID orderId, Money amount, String chargeId) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.PAYMENT_AUTHORIZED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
