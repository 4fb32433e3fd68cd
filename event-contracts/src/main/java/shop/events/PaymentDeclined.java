package shop.events;

import java.util.UUID;

/** The payment provider will not charge an order. */
public record PaymentDeclined(UUID orderId, String reason) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.PAYMENT_DECLINED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
