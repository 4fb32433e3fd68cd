package shop.events;

import java.time.Instant;
import java.util.UUID;

/** An order has left the house. */
public record OrderShipped(UUID orderId, UUID userId, Instant shippedAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.ORDER_SHIPPED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
