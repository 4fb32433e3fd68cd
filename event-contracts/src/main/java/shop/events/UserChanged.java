package shop.events;

import java.time.Instant;
import java.util.UUID;

/** A user's data changed; who needs it asks the user-service. */
public record UserChanged(UUID userId, int version, Instant changedAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.USER_CHANGED;
    }

    @Override
    public UUID aggregateId() {
        return userId;
    }
}
