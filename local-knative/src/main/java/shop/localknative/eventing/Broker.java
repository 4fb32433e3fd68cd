package shop.localknative.eventing;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.util.List;
import shop.localknative.eventing.EventStore.Added;

/**
 * Decides which Triggers get an event.
 *
 * <p>An event that is a reply to a reply to a reply … ends after 255 of them: Knative's loop protection, carried in the
 * extension {@code knativebrokerttl} between brokers and never shown to a subscriber.
 */
record Broker(List<Route> routes) {

    private static final String TTL = "knativebrokerttl";
    private static final int DEFAULT_TTL = 255;

    /** An event that has been replied to for too long. */
    static final class Looping extends Exception {
        Looping() {
            super("This event was passed on too often (%s is used up): do some triggers reply to each other?"
                    .formatted(TTL));
        }
    }

    /** One delivery for each Trigger that matches an event from outside. */
    List<Added> route(CloudEvent event) throws Looping {
        return route(event, ttl(event));
    }

    /** The same for a reply to an event that had the given time to live. */
    List<Added> reply(CloudEvent event, int ttl) throws Looping {
        return route(event, ttl - 1);
    }

    private List<Added> route(CloudEvent event, int ttl) throws Looping {
        if (ttl <= 0) {
            throw new Looping();
        }
        CloudEvent plain = event.getExtension(TTL) == null
                ? event
                : CloudEventBuilder.from(event).withoutExtension(TTL).build();
        List<Route> matching =
                routes.stream().filter(route -> route.filter().test(plain)).toList();
        if (matching.isEmpty()) {
            return List.of();
        }
        Message message = Message.of(plain);
        return matching.stream()
                .map(route -> new Added(route.trigger(), message, ttl))
                .toList();
    }

    private static int ttl(CloudEvent event) {
        Object ttl = event.getExtension(TTL);
        try {
            return ttl == null ? DEFAULT_TTL : Integer.parseInt(ttl.toString()) - 1;
        } catch (NumberFormatException e) {
            return DEFAULT_TTL;
        }
    }
}
