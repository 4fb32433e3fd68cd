package shop.events;

import java.time.Instant;
import java.util.UUID;

/** An order's payment was declined; its stock is given back. */
public record OrderRejected(UUID orderId, UUID userId, String reason, Instant rejectedAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.ORDER_REJECTED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
