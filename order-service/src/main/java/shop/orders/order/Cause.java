package shop.orders.order;

import io.cloudevents.CloudEvent;

/**
 * Why an order's state changes.
 *
 * @param reason for people to read
 * @param eventId the CloudEvent that caused it, or null
 */
record Cause(String reason, String eventId) {
    Cause {
        reason = reason.replace('\0', ' '); // others' words, and PostgreSQL takes no NUL
    }

    static Cause of(String reason) {
        return new Cause(reason, null);
    }

    static Cause of(String reason, CloudEvent event) {
        return new Cause(reason, event.getId());
    }
}
