package shop.events;

import java.time.Instant;
import java.util.UUID;

/** No answer about an order's payment came in time; its stock is given back. */
public record OrderExpired(UUID orderId, UUID userId, Instant expiredAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.ORDER_EXPIRED;
    }

    @Override
    public UUID aggregateId() {
        return orderId;
    }
}
