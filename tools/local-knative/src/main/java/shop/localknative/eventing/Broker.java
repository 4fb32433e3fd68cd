/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.cloudevents.CloudEvent;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import shop.localknative.eventing.DeliveryStore.NewDelivery;
import shop.localknative.eventing.Message.Malformed;

/**
 * Decides which Triggers get an event.
 *
 * <p>An event that is a reply to a reply to a reply … ends after 255 of them: Knative's loop protection, carried in the
 * extension {@code knativebrokerttl} between brokers and never shown to a subscriber.
 *
 * @param address in a cluster
 */
record Broker(URI address, List<Subscription> subscriptions) {

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
    List<NewDelivery> route(Message message) throws Malformed, Looping {
        CloudEvent event = message.event();
        Object ttl = event.getExtension(TTL);
        try { // As Go's ParseInteger in the CloudEvents SDK: a number, cut off.
            int left = ttl == null
                    ? DEFAULT_TTL
                    : new BigDecimal(ttl.toString()).toBigInteger().intValueExact() - 1;
            return route(message, event, left);
        } catch (ArithmeticException | NumberFormatException e) {
            return route(message, event, DEFAULT_TTL);
        }
    }

    /** The same for a reply to an event that had the given time to live. */
    List<NewDelivery> reply(Message message, int ttl) throws Malformed, Looping {
        return route(message, message.event(), ttl - 1);
    }

    private List<NewDelivery> route(Message message, CloudEvent event, int ttl) throws Looping {
        if (ttl <= 0) {
            throw new Looping();
        }
        Message plain = message.without(TTL);
        return subscriptions.stream()
                .filter(subscription -> subscription.filter().test(event))
                .map(subscription ->
                        new NewDelivery(subscription.trigger(), plain, ttl, subscription.orderingKey(plain)))
                .toList();
    }
}
