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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import shop.localknative.eventing.DeliveryStore.Completed;
import shop.localknative.eventing.DeliveryStore.Dropped;
import shop.localknative.eventing.DeliveryStore.Failure;
import shop.localknative.eventing.DeliveryStore.NewDelivery;
import shop.localknative.eventing.DeliveryStore.Outcome;
import shop.localknative.eventing.DeliveryStore.Pending;
import shop.localknative.eventing.DeliveryStore.Rescheduled;

/**
 * Knative's in-memory channel, as a Broker has it unless {@code messaging.knative.dev/async-handler: "true"} stands on it:
 * keeps nothing, and lets a publisher wait until every subscriber has answered, retries, replies and dead letters included
 * (knative/eventing pkg/channel/fanout/fanout_event_handler.go). When the publisher goes away, whatever is under way for it
 * is broken off.
 */
final class InMemoryChannel implements Channel {
    private static final System.Logger LOG = System.getLogger(InMemoryChannel.class.getName());

    /** {@code defaultTimeout} of the fanout handler. */
    private static final Duration LONGEST_FANOUT = Duration.ofMinutes(15);

    /** An event that some subscriber has not taken, nor its dead letter sink. */
    static final class Undelivered extends Exception {
        Undelivered(String message) {
            super(message);
        }
    }

    private record Branch(Broker broker, Subscription subscription, Delivery subscriber, Delivery deadLetterSink) {}

    private final Map<String, Branch> branches = new HashMap<>();
    private final ExecutorService threads;

    /** @param threads for the events: each takes one for as long as it lasts */
    InMemoryChannel(ExecutorService threads) {
        this.threads = threads;
    }

    /** @param deadLetterSink null for none */
    void subscribe(Broker broker, Subscription subscription, Delivery subscriber, Delivery deadLetterSink) {
        branches.put(subscription.trigger(), new Branch(broker, subscription, subscriber, deadLetterSink));
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
            if (within(LONGEST_FANOUT, () -> deliver(deliveries))) {
                answer.complete(null);
            } else {
                answer.completeExceptionally(new Undelivered("Not every subscriber took the event."));
            }
        } catch (InterruptedException e) {
            answer.completeExceptionally(new Undelivered("The broker stops."));
        }
    }

    /** Whether it returns true in time; it is interrupted otherwise. */
    private static boolean within(Duration limit, Callable<Boolean> work) throws InterruptedException {
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> result = thread.submit(work);
            try {
                return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                LOG.log(Level.ERROR, "A delivery failed", e.getCause());
                return false;
            } finally {
                result.cancel(true);
            }
        }
    }

    /** To all at once. */
    private boolean deliver(List<NewDelivery> deliveries) throws InterruptedException {
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            boolean all = true;
            for (Future<Boolean> delivery :
                    each.invokeAll(deliveries.stream().map(this::delivery).toList())) {
                all &= delivery.get();
            }
            return all;
        } catch (ExecutionException e) {
            LOG.log(Level.ERROR, "A delivery failed", e.getCause());
            return false;
        }
    }

    private Callable<Boolean> delivery(NewDelivery event) {
        Branch branch = branches.get(event.trigger());
        return () -> deliver(event, branch);
    }

    private boolean deliver(NewDelivery event, Branch branch) throws InterruptedException {
        Outcome outcome = branch.subscriber.attempt(new Pending(0, event.event(), event.ttl(), 0, null));
        while (outcome instanceof Rescheduled later && !later.queue().deadLetters()) {
            outcome = branch.subscriber.attempt(waitFor(later, event));
        }
        return switch (outcome) {
            case Rescheduled toDeadLetters -> deadLetter(event, toDeadLetters.failure(), branch);
            case Dropped dropped -> false;
            case Completed completed -> completed.added().isEmpty() || reply(event, completed.added(), branch);
        };
    }

    /** A reply is an event for the broker, which lets its publisher wait: a Trigger for no longer than its time-out. */
    private boolean reply(NewDelivery event, List<NewDelivery> reply, Branch branch) throws InterruptedException {
        Retry retry = branch.subscription.retry();
        for (int retries = 0; !within(retry.timeout(), () -> deliver(reply)); retries++) {
            if (retries == retry.retries()) {
                return deadLetter(event, new Failure(branch.broker.address().toString(), 500, ""), branch);
            }
            Thread.sleep(retry.backoff(retries + 1, Duration.ZERO));
        }
        return true;
    }

    /** Unlike a broker that keeps its events, this one gives up. */
    private boolean deadLetter(NewDelivery event, Failure failure, Branch branch) throws InterruptedException {
        if (branch.deadLetterSink == null) {
            return false;
        }
        Outcome outcome = branch.deadLetterSink.attempt(new Pending(0, event.event(), event.ttl(), 0, failure));
        while (outcome instanceof Rescheduled later) {
            if (later.attempts() > branch.subscription.retry().retries()) {
                return false;
            }
            outcome = branch.deadLetterSink.attempt(waitFor(later, event));
        }
        return true;
    }

    private static Pending waitFor(Rescheduled later, NewDelivery event) throws InterruptedException {
        Thread.sleep(later.delay());
        return new Pending(later.id(), event.event(), event.ttl(), later.attempts(), later.failure());
    }
}
