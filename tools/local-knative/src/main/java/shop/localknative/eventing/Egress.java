/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import shop.localknative.eventing.DeliveryStore.Change;
import shop.localknative.eventing.DeliveryStore.Outcome;
import shop.localknative.eventing.DeliveryStore.Pending;
import shop.localknative.eventing.DeliveryStore.QueueId;
import shop.localknative.eventing.DeliveryStore.Rescheduled;

/**
 * Makes the deliveries of one queue as they become due, some side by side. Queues share nothing, so a subscriber that is
 * slow or dead delays nobody but itself. Its own thread alone uses what is not final, but the two volatile flags; what it
 * shares with the deliveries and those who bring news is concurrent by itself. No lock.
 */
final class Egress implements Runnable {
    /** One attempt to deliver an event. */
    interface Delivery {
        /** Its outcome is not stored yet: until it is, the same attempt may be made again. */
        Outcome attempt(Pending pending) throws InterruptedException;
    }

    private static final System.Logger LOG = System.getLogger(Egress.class.getName());

    private static final int MAX_IN_FLIGHT = 32;

    /** For a machine that was suspended, or a clock that was set; no path through the code needs it. */
    private static final Duration SAFETY_NET = Duration.ofMinutes(1);

    private static final Duration DATABASE_PAUSE = Duration.ofSeconds(1);

    private final QueueId queue;
    private final boolean ordered;
    private final DeliveryStore store;
    private final GroupCommit<Change> commits;
    private final Delivery delivery;
    private final Executor threads;
    private final InstantSource clock;
    private final Set<Long> inFlight = ConcurrentHashMap.newKeySet();
    private final Semaphore news = new Semaphore(0);
    private final Queue<Pending> handedOver = new ConcurrentLinkedQueue<>();

    /** Whether deliveries may be due that were not handed over. */
    private volatile boolean behind = true;

    private volatile boolean stopped;

    /**
     * The last delivery that was found in the database. One writer gives them their ids, so those before it were found,
     * too, though they may still be handed over.
     */
    private long lastFound;

    /** The earliest due time in the database, as of the last look at it. */
    private Instant nextDue = Instant.MIN;

    /**
     * @param ordered whether a delivery waits for the earlier ones with its ordering key
     * @param threads for the deliveries: each takes one for as long as it lasts
     */
    Egress(
            QueueId queue,
            boolean ordered,
            DeliveryStore store,
            GroupCommit<Change> commits,
            Delivery delivery,
            Executor threads,
            InstantSource clock) {
        this.queue = queue;
        this.ordered = ordered;
        this.store = store;
        this.commits = commits;
        this.delivery = delivery;
        this.threads = threads;
        this.clock = clock;
    }

    /** Something may be due earlier than was known. */
    void wake() {
        behind = true;
        news.release();
    }

    /** These were just stored, and are due: they need not be read from the database to be delivered. */
    void handOver(List<Pending> stored) {
        if (ordered) {
            wake();
        } else {
            handedOver.addAll(stored);
            news.release();
        }
    }

    /** Starts no more deliveries. */
    void stop() {
        stopped = true;
        wake();
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                news.tryAcquire(startWhatIsDue().toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits(); // Before anything is looked at: what changes after that ends the wait above.
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("An egress is stopped, not interrupted", e);
        }
    }

    /** Returns how long there is nothing to do, unless news comes. */
    private Duration startWhatIsDue() {
        if (behind || !clock.instant().isBefore(nextDue)) {
            return startFromDatabase();
        }
        for (Pending next = handedOver.poll(); next != null; next = handedOver.poll()) {
            if (inFlight.size() == MAX_IN_FLIGHT) {
                behind = true; // From here on they come from the database, where the others wait, too.
                return SAFETY_NET;
            }
            if (next.id() > lastFound) {
                start(next);
            }
        }
        return Retry.shorter(untilAfter(nextDue), SAFETY_NET);
    }

    private Duration startFromDatabase() {
        handedOver.clear(); // Stored by now, and so found there.
        int free = MAX_IN_FLIGHT - inFlight.size();
        if (free == 0) {
            return SAFETY_NET;
        }
        try {
            behind = false;
            List<Pending> due = store.due(queue, ordered, inFlight, free);
            lastFound = due.stream().mapToLong(Pending::id).reduce(lastFound, Math::max);
            due.forEach(this::start);
            if (due.size() == free) {
                behind = true;
                return SAFETY_NET;
            }
            nextDue = store.nextDue(queue, ordered, inFlight).orElse(Instant.MAX);
            return Duration.ZERO;
        } catch (Throwable e) { // The queue must go on whatever happens.
            behind = true;
            LOG.log(
                    Level.ERROR,
                    "What is due for trigger " + queue.trigger() + " can't be read; next try in " + DATABASE_PAUSE,
                    e);
            return DATABASE_PAUSE;
        }
    }

    private Duration untilAfter(Instant due) {
        Duration until = Duration.between(clock.instant(), due).plusMillis(1);
        return until.isNegative() ? Duration.ZERO : until;
    }

    private void start(Pending pending) {
        inFlight.add(pending.id());
        threads.execute(() -> deliver(pending));
    }

    private void deliver(Pending pending) {
        boolean over = false;
        try {
            Outcome outcome = delivery.attempt(pending);
            commits.commit(outcome).get();
            over = !(outcome instanceof Rescheduled);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The broker stops; the delivery is made again after its next start.
        } catch (Throwable e) {
            LOG.log(
                    Level.ERROR,
                    "Event " + pending.event().id() + ", trigger " + queue.trigger()
                            + ": no outcome, or none that could be stored; the delivery is repeated",
                    e);
            LockSupport.parkNanos(DATABASE_PAUSE.toNanos());
        } finally {
            inFlight.remove(pending.id());
            if (ordered || !over) {
                behind = true; // Until now, it was looked for neither itself, nor what waited for it.
            }
            news.release();
        }
    }
}
