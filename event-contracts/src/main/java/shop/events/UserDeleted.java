package shop.events;

import java.time.Instant;
import java.util.UUID;

/** A user's personal data is erased; the id is never used again. */
public record UserDeleted(UUID userId, Instant deletedAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.USER_DELETED;
    }

    @Override
    public UUID aggregateId() {
        return userId;
    }
}
