package shop.events;

import java.time.Instant;
import java.util.UUID;

/** A user exists from now on. */
public record UserRegistered(UUID userId, int version, Instant registeredAt) implements ShopEvent {
    @Override
    public String type() {
        return EventTypes.USER_REGISTERED;
    }

    @Override
    public UUID aggregateId() {
        return userId;
    }
}
