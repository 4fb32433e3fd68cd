package shop.localknative.eventing;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import shop.localknative.eventing.EventStore.Change;
import shop.localknative.eventing.EventStore.Lane;
import shop.localknative.eventing.EventStore.Later;
import shop.localknative.eventing.EventStore.Pending;
import shop.localknative.eventing.Sender.Accepted;
import shop.localknative.eventing.Sender.Refused;

/** To the dead letter sink of a Trigger, with what went wrong, again and again until it takes the event. */
record DeadLetterDelivery(Route route, Sink sink, Sender sender) implements Delivery {

    private static final System.Logger LOG = System.getLogger(DeadLetterDelivery.class.getName());

    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

    @Override
    public Change attempt(Pending pending) throws InterruptedException {
        Message event = pending.event()
                .with("knativeerrordest", pending.failure().destination())
                .with("knativeerrorcode", String.valueOf(pending.failure().code()))
                .with("knativeerrordata", pending.failure().data());
        return switch (sender.send(sink.address(), event, false, route.retry().timeout())) {
            case Accepted accepted -> Change.done(pending.id());
            case Refused refused -> later(pending, refused);
        };
    }

    private Change later(Pending pending, Refused answer) {
        int attempts = pending.attempts() + 1;
        Duration backoff = Retry.shorter(route.retry().backoff(attempts, answer.retryAfter()), LONGEST_BACKOFF);
        LOG.log(
                Level.WARNING,
                "Event {0} to the dead letter sink {1}, trigger {2}: {3}; kept, next attempt in {4}",
                pending.event().id(),
                sink.name(),
                route.trigger(),
                String.valueOf(answer.code()),
                backoff);
        return Change.later(new Later(
                pending.id(),
                new Lane(route.trigger(), true),
                attempts,
                Instant.now().plus(backoff),
                pending.failure()));
    }
}
