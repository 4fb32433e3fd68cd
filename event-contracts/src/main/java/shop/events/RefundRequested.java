package shop.events;

import java.time.Instant;
import java.util.UUID;

/** Whatever was or will be charged for an order is to be given back. */
public record RefundRequested(UUID orderId, String reason, Instant requestedAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.REFUND_REQUESTED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
