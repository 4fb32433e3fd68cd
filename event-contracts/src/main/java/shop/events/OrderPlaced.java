package shop.events;

import java.time.Instant;
import java.util.UUID;

/** An order was accepted, its stock is taken, its payment is still to come. */
public record OrderPlaced(UUID orderId, UUID userId, Money total, String paymentToken, Instant placedAt)
        implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.ORDER_PLACED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
