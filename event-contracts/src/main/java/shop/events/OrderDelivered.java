package shop.events;

import java.time.Instant;
import java.util.UUID;

/** An order has reached its buyer. */
public record OrderDelivered(UUID orderId, UUID userId, Instant deliveredAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.ORDER_DELIVERED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
