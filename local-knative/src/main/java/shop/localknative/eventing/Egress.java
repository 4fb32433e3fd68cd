package shop.localknative.eventing;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import shop.localknative.eventing.EventStore.Change;
import shop.localknative.eventing.EventStore.Lane;
import shop.localknative.eventing.EventStore.Pending;

/**
 * Makes the deliveries of one lane as they become due, some side by side. Lanes share nothing, so a subscriber that is
 * slow or dead delays nobody but itself.
 */
final class Egress implements Runnable {

    private static final System.Logger LOG = System.getLogger(Egress.class.getName());

    private static final int SIDE_BY_SIDE = 32;

    /** Not needed by any path through the code; a machine that was suspended, or a clock that was set, needs it. */
    private static final Duration SAFETY_NET = Duration.ofMinutes(1);

    private static final Duration DATABASE_PAUSE = Duration.ofSeconds(1);

    private final Lane lane;
    private final boolean ordered;
    private final EventStore store;
    private final GroupCommit<Change> commits;
    private final Delivery delivery;
    private final Executor threads;
    private final Set<Long> inFlight = ConcurrentHashMap.newKeySet();
    private final Semaphore news = new Semaphore(0);
    private volatile boolean stopped;

    /**
     * @param ordered whether a delivery waits for the earlier ones with its ordering key
     * @param threads for the deliveries: each takes one for as long as it lasts
     */
    Egress(
            Lane lane,
            boolean ordered,
            EventStore store,
            GroupCommit<Change> commits,
            Delivery delivery,
            Executor threads) {
        this.lane = lane;
        this.ordered = ordered;
        this.store = store;
        this.commits = commits;
        this.delivery = delivery;
        this.threads = threads;
    }

    /** Something may be due earlier than was known. */
    void wake() {
        news.release();
    }

    /** Starts no more deliveries. */
    void stop() {
        stopped = true;
        wake();
    }

    @Override
    public void run() {
        try {
            news.drainPermits(); // Before anything is looked at: what changes after that ends the wait below.
            while (!stopped) {
                news.tryAcquire(startWhatIsDue().toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("An egress is stopped, not interrupted", e);
        }
    }

    /** Returns how long there is nothing to do, unless news comes. */
    private Duration startWhatIsDue() {
        int free = SIDE_BY_SIDE - inFlight.size();
        if (free == 0) {
            return SAFETY_NET;
        }
        try {
            List<Pending> due = store.due(lane, ordered, inFlight, free);
            due.forEach(this::start);
            if (due.size() == free) {
                return Duration.ZERO;
            }
            return store.nextDue(lane, ordered, inFlight)
                    .map(next -> Retry.shorter(untilAfter(next), SAFETY_NET))
                    .orElse(SAFETY_NET);
        } catch (SQLException | RuntimeException e) { // The lane must go on whatever happens.
            LOG.log(
                    Level.ERROR,
                    "What is due for trigger " + lane.trigger() + " can't be read; next try in " + DATABASE_PAUSE,
                    e);
            return DATABASE_PAUSE;
        }
    }

    private static Duration untilAfter(Instant due) {
        Duration until = Duration.between(Instant.now(), due).plusMillis(1);
        return until.isNegative() ? Duration.ZERO : until;
    }

    private void start(Pending pending) {
        inFlight.add(pending.id());
        threads.execute(() -> deliver(pending));
    }

    private void deliver(Pending pending) {
        try {
            commits.commit(delivery.attempt(pending)).get();
        } catch (ExecutionException | RuntimeException e) {
            LOG.log(
                    Level.ERROR,
                    "Event " + pending.event().id() + ", trigger " + lane.trigger()
                            + ": no outcome, or none that could be stored; the delivery is repeated",
                    e);
            pause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The broker stops; the delivery is made again after its next start.
        } finally {
            inFlight.remove(pending.id());
            wake();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(DATABASE_PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
