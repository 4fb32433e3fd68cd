/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import shop.localknative.eventing.DeliveryStore.Completed;
import shop.localknative.eventing.DeliveryStore.Failure;
import shop.localknative.eventing.DeliveryStore.NewDelivery;
import shop.localknative.eventing.DeliveryStore.Outcome;
import shop.localknative.eventing.DeliveryStore.Pending;
import shop.localknative.eventing.DeliveryStore.QueueId;
import shop.localknative.eventing.DeliveryStore.Rescheduled;

/**
 * Knative's in-memory channel, as a Broker has it unless {@code messaging.knative.dev/async-handler: "true"} stands on it:
 * keeps nothing, and lets a publisher wait until every subscriber has answered, retries, replies and dead letters included
 * (knative/eventing pkg/channel/fanout/fanout_event_handler.go). When the publisher goes away, whatever is under way for it
 * is broken off.
 */
final class InMemoryChannel implements Ingress.Channel {
    private static final System.Logger LOG = System.getLogger(InMemoryChannel.class.getName());

    /** {@code defaultTimeout} of the fanout handler. */
    private static final Duration LONGEST_FANOUT = Duration.ofMinutes(15);

    /** An event that some subscriber has not taken, nor its dead letter sink. */
    static final class Undelivered extends Exception {
        Undelivered(String message) {
            super(message);
        }
    }

    private record Branch(SubscriberDelivery subscriber, DeadLetterDelivery deadLetterSink) {}

    private final Map<String, Branch> branches = new HashMap<>();
    private final ExecutorService threads;

    /** @param threads for the events: each takes one for as long as it lasts */
    InMemoryChannel(ExecutorService threads) {
        this.threads = threads;
    }

    /** @param deadLetterSink null for none */
    void subscribe(SubscriberDelivery subscriber, DeadLetterDelivery deadLetterSink) {
        branches.put(subscriber.subscription().trigger(), new Branch(subscriber, deadLetterSink));
    }

    @Override
    public Optional<CompletableFuture<Void>> offer(List<NewDelivery> deliveries) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        try {
            Future<?> fanout = threads.submit(() -> fanOut(deliveries, answer));
            answer.whenComplete((delivered, error) -> {
                if (answer.isCancelled()) {
                    fanout.cancel(true);
                }
            });
            return Optional.of(answer);
        } catch (RejectedExecutionException e) {
            return Optional.empty();
        }
    }

    private void fanOut(List<NewDelivery> deliveries, CompletableFuture<Void> answer) {
        try {
            if (deliver(deliveries, LONGEST_FANOUT)) {
                answer.complete(null);
            } else {
                answer.completeExceptionally(new Undelivered("Not every subscriber took the event."));
            }
        } catch (InterruptedException e) {
            answer.completeExceptionally(new Undelivered("The broker stops."));
        }
    }

    /** To all at once. Whether everybody takes it within the limit; what lasts longer is interrupted. */
    private boolean deliver(List<NewDelivery> deliveries, Duration limit) throws InterruptedException {
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> all = deliveries.stream()
                    .<Callable<Boolean>>map(event -> () -> deliver(event, false, null))
                    .toList();
            boolean taken = true;
            for (Future<Boolean> delivery : each.invokeAll(all, limit.toNanos(), TimeUnit.NANOSECONDS)) {
                if (delivery.state() == Future.State.FAILED) {
                    LOG.log(Level.ERROR, "A delivery failed", delivery.exceptionNow());
                }
                taken &= delivery.state() == Future.State.SUCCESS && delivery.resultNow();
            }
            return taken;
        }
    }

    /** To the subscriber or to the dead letter sink. Unlike a broker that keeps its events, this one gives up at last. */
    private boolean deliver(NewDelivery event, boolean deadLetter, Failure failure) throws InterruptedException {
        Branch branch = branches.get(event.trigger());
        Outcome next = new Rescheduled(0, new QueueId(event.trigger(), deadLetter), 0, Duration.ZERO, failure);
        while (next instanceof Rescheduled later) {
            boolean dead = later.queue().deadLetters();
            if (dead
                    && later.attempts()
                            > branch.subscriber.subscription().retry().retries()) {
                return false;
            }
            Thread.sleep(later.delay());
            next = (dead ? branch.deadLetterSink : branch.subscriber)
                    .attempt(new Pending(0, event.event(), event.ttl(), later.attempts(), later.failure()));
        }
        return next instanceof Completed completed
                && (completed.added().isEmpty() || reply(event, completed.added(), branch));
    }

    /** A reply is an event for the broker, which lets its publisher wait: a Trigger for no longer than its time-out. */
    private boolean reply(NewDelivery event, List<NewDelivery> reply, Branch branch) throws InterruptedException {
        Retry retry = branch.subscriber.subscription().retry();
        for (int retries = 0; !deliver(reply, retry.timeout()); retries++) {
            if (retries == retry.retries()) {
                Failure failure =
                        new Failure(branch.subscriber.broker().address().toString(), 500, "");
                return branch.deadLetterSink != null && deliver(event, true, failure);
            }
            Thread.sleep(retry.backoff(retries + 1, Duration.ZERO));
        }
        return true;
    }
}
