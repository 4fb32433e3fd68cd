/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.opentelemetry.api.trace.Span;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import shop.localknative.eventing.DeliveryStore.Completed;
import shop.localknative.eventing.DeliveryStore.Failure;
import shop.localknative.eventing.DeliveryStore.Outcome;
import shop.localknative.eventing.DeliveryStore.Pending;
import shop.localknative.eventing.DeliveryStore.QueueId;
import shop.localknative.eventing.DeliveryStore.Rescheduled;
import shop.localknative.eventing.Sender.Answer;
import shop.localknative.eventing.Sender.Refused;
import shop.localknative.tracing.Spans;

/** To the dead letter sink of a Trigger, with what went wrong if that is told, again and again until it takes the event. */
final class DeadLetterDelivery implements Egress.Delivery {
    private static final System.Logger LOG = System.getLogger(DeadLetterDelivery.class.getName());

    /** Never gives up, so it must not be quick for long, whatever the Trigger's backoff is. */
    private static final Retry SLOWING_DOWN =
            new Retry(Integer.MAX_VALUE, true, Duration.ofMillis(100), Duration.ZERO, Duration.ZERO);

    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

    private final Subscription subscription;
    private final Sink sink;
    private final Sender sender;
    private final EventSpans spans;

    /** The last status of each delivery that was refused for good; not stored, since its next attempt is not far. */
    private final Map<Long, Integer> refused = new ConcurrentHashMap<>();

    DeadLetterDelivery(Subscription subscription, Sink sink, Sender sender, EventSpans spans) {
        this.subscription = subscription;
        this.sink = sink;
        this.sender = sender;
        this.spans = spans;
    }

    /** What the sink refuses with a status that is not retried, by status. */
    List<RefusedDeadLetters> refused() {
        return refused.values().stream()
                .collect(Collectors.groupingBy(code -> code, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(code -> new RefusedDeadLetters(subscription.trigger(), sink.url(), code.getKey(), code.getValue()))
                .toList();
    }

    @Override
    public Outcome attempt(Pending pending) throws InterruptedException {
        Message event = pending.failure() == null ? pending.event() : with(pending.failure(), pending.event());
        Span span = spans.deadLetter(subscription, pending);
        try {
            Answer answer = sender.deliver(subscription, sink, event.in(span), false);
            Spans.answered(span, answer.code(), 400);
            if (answer instanceof Refused refusal) {
                return reschedule(pending, refusal);
            }
        } finally {
            span.end();
        }
        refused.remove(pending.id());
        return new Completed(pending.id(), List.of());
    }

    private static Message with(Failure failure, Message event) {
        return event.with("knativeerrordest", failure.destination())
                .with("knativeerrorcode", String.valueOf(failure.code()))
                .with("knativeerrordata", failure.data());
    }

    private Outcome reschedule(Pending pending, Refused answer) {
        if (answer.retriable()) {
            refused.remove(pending.id());
        } else {
            refused.put(pending.id(), answer.code());
        }
        int attempts = pending.attempts() + 1;
        Duration backoff = backoff(attempts, answer.retryAfter());
        LOG.log(
                Level.WARNING,
                "Event {0} to the dead letter sink {1}, trigger {2}: {3}; kept, next attempt in {4}",
                pending.event().id(),
                sink.url(),
                subscription.trigger(),
                answer.reason(),
                backoff);
        return new Rescheduled(
                pending.id(), new QueueId(subscription.trigger(), true), attempts, backoff, pending.failure());
    }

    private Duration backoff(int retry, Duration retryAfter) {
        Duration triggers = subscription.retry().backoff(retry, retryAfter);
        Duration least = SLOWING_DOWN.backoff(retry, Duration.ZERO);
        return Retry.shorter(triggers.compareTo(least) > 0 ? triggers : least, LONGEST_BACKOFF);
    }
}
