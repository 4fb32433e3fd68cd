package shop.events;

import java.time.Instant;
import java.util.UUID;

/** An order is paid. */
public record OrderConfirmed(UUID orderId, UUID userId, Money total, Instant confirmedAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.ORDER_CONFIRMED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
