/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.cloudevents.CloudEvent;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import shop.localknative.eventing.DeliveryStore.NewDelivery;
import shop.localknative.eventing.Message.Malformed;
import shop.localknative.network.Loopback;

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

    /**
     * The header lines of an event in binary mode. Kourier's Envoy, which stands before every subscriber in a cluster, reads
     * as many by default (max_request_headers_kb); here, subscribers read {@link Loopback#MAX_HEADER_BYTES}, and the rest is
     * for what is added to an event that becomes a dead letter, a token among it.
     */
    static final int MAX_HEADER_BYTES = 60 << 10;

    /** An event that this broker will never take, with the HTTP status of Knative's. */
    static final class Refusal extends Exception {
        private final int status;

        private Refusal(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** Its namespace/name. */
    String name() {
        return address.getPath().substring(1);
    }

    /** One delivery for each Trigger that matches an event from outside. */
    List<NewDelivery> route(Message message) throws Malformed, Refusal {
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
    List<NewDelivery> reply(Message message, int ttl) throws Malformed, Refusal {
        return route(message, message.event(), ttl - 1);
    }

    private List<NewDelivery> route(Message message, CloudEvent event, int ttl) throws Refusal {
        if (ttl <= 0) {
            throw new Refusal(
                    400,
                    "This event was passed on too often (%s is used up): do some triggers reply to each other?"
                            .formatted(TTL));
        }
        Message plain = message.without(TTL);
        if (plain.headerBytes() > MAX_HEADER_BYTES) {
            throw new Refusal(
                    431,
                    "The attributes must not be longer than %d bytes together, as HTTP headers: no subscriber reads more."
                            .formatted(MAX_HEADER_BYTES));
        }
        return subscriptions.stream()
                .filter(subscription -> subscription.filter().test(event))
                .map(subscription ->
                        new NewDelivery(subscription.trigger(), plain, ttl, subscription.orderingKey(plain)))
                .toList();
    }
}
