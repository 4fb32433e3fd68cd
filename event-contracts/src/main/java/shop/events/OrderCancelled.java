package shop.events;

import java.time.Instant;
import java.util.UUID;

/** An order was called off before it was shipped; its stock is given back. */
public record OrderCancelled(UUID orderId, UUID userId, String reason, Instant cancelledAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.ORDER_CANCELLED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
