/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.opentelemetry.api.trace.Span;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import shop.localknative.eventing.DeliveryStore.Completed;
import shop.localknative.eventing.DeliveryStore.Dropped;
import shop.localknative.eventing.DeliveryStore.Failure;
import shop.localknative.eventing.DeliveryStore.NewDelivery;
import shop.localknative.eventing.DeliveryStore.Outcome;
import shop.localknative.eventing.DeliveryStore.Pending;
import shop.localknative.eventing.DeliveryStore.QueueId;
import shop.localknative.eventing.DeliveryStore.Rescheduled;
import shop.localknative.eventing.Sender.Accepted;
import shop.localknative.eventing.Sender.Answer;
import shop.localknative.eventing.Sender.Refused;
import shop.localknative.tracing.Spans;

/** To the subscriber of a Trigger, whose answer may be the next event (Knative's data plane contract). */
record SubscriberDelivery(Broker broker, Subscription subscription, Sender sender, EventSpans spans)
        implements Egress.Delivery {
    private static final Logger LOG = System.getLogger(SubscriberDelivery.class.getName());

    /** As many as base64 turns into the 1024 characters that Knative allows {@code knativeerrordata}. */
    private static final int ERROR_DATA = 768;

    @Override
    public Outcome attempt(Pending pending) throws InterruptedException {
        Span span = spans.deliver(subscription, pending);
        try {
            Message event = pending.event().in(span);
            Answer answer = sender.deliver(subscription, subscription.subscriber(), event, true);
            Spans.answered(span, answer.code(), 400);
            return switch (answer) {
                case Accepted accepted -> accepted(pending, event, accepted);
                case Refused refused -> refused(pending, refused);
            };
        } finally {
            span.end();
        }
    }

    /** @param event as it was sent */
    private Outcome accepted(Pending pending, Message event, Accepted answer) {
        // A 202 is about the request; whatever it carries is not an event to route.
        if (answer.code() == 202 || (answer.body().length == 0 && !Message.announced(answer.headers()))) {
            return new Completed(pending.id(), List.of());
        }
        try {
            Message reply = Message.read(answer.headers(), answer.body()).repliedTo(event);
            List<NewDelivery> deliveries = broker.reply(reply, pending.ttl());
            return new Completed(pending.id(), spans.reply(broker, reply, deliveries));
        } catch (Message.Malformed e) {
            return refused(pending, Refused.untold(502, "The reply is neither empty nor an event. " + e.getMessage()));
        } catch (Broker.Refusal e) {
            return refused(pending, Refused.because(e.status(), e.getMessage(), false), broker.address());
        }
    }

    private Outcome refused(Pending pending, Refused answer) {
        return refused(pending, answer, subscription.subscriber().url());
    }

    /** @param by the destination that refused: of a reply, that is the broker */
    private Outcome refused(Pending pending, Refused answer, URI by) {
        int attempts = pending.attempts() + 1;
        if (answer.retriable() && attempts <= subscription.retry().retries()) {
            Duration backoff = subscription.retry().backoff(attempts, answer.retryAfter());
            var retry = "retry %d of %d in %s"
                    .formatted(attempts, subscription.retry().retries(), backoff);
            log(Level.INFO, pending, answer, retry);
            QueueId queue = new QueueId(subscription.trigger(), false);
            return new Rescheduled(pending.id(), queue, attempts, backoff, null);
        }
        if (subscription.deadLetterSink() == null) {
            var dropped = "dropped after attempt %d: there is no dead letter sink".formatted(attempts);
            log(Level.WARNING, pending, answer, dropped);
            return new Dropped(pending.id());
        }
        log(Level.WARNING, pending, answer, "to the dead letter sink after attempt %d".formatted(attempts));
        Failure failure = answer.data() == null ? null : new Failure(by.toString(), answer.code(), data(answer.data()));
        return new Rescheduled(pending.id(), new QueueId(subscription.trigger(), true), 0, Duration.ZERO, failure);
    }

    private static String data(byte[] body) {
        return Base64.getEncoder().encodeToString(Arrays.copyOf(body, Math.min(body.length, ERROR_DATA)));
    }

    private void log(Level level, Pending pending, Refused answer, String then) {
        LOG.log(
                level,
                "Event {0} to {1}, trigger {2}: {3}; {4}",
                pending.event().id(),
                subscription.subscriber().url(),
                subscription.trigger(),
                answer.reason(),
                then);
    }
}
