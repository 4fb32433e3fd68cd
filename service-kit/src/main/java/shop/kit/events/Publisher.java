/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import shop.cloudevents.AttributeText;
import shop.kit.Sweep;
import shop.kit.events.EventMetrics.Waiting;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/**
 * Sends the outbox's rows to the broker ({@code K_SINK}) and removes those that it took. A row may be sent only when no earlier
 * one of its {@code partitionkey} is left, and is leased meanwhile, as long as the process lives: so any number of instances
 * may publish at once, and the order within a key holds. No transaction and no connection waits for the broker. A row whose
 * removal was cut off is sent again with the same id, when its lease is over. One that the broker refuses for good goes to
 * {@link Refusals}, and makes way for the others of its key.
 *
 * <p>Leases and waiting times are told by the clock of the database, {@code now()}, and not by an injected one: every instance
 * must see the same end of a lease, or two would send one row.
 */
@ApplicationScoped
public class Publisher implements Sweep {
    private static final Logger LOG = Logger.getLogger(Publisher.class);
    static final int AT_ONCE = 64;
    private static final long AFTER_READY = Duration.ofSeconds(1).toMillis();
    private static final Duration AT_SHUTDOWN = Duration.ofSeconds(5);
    /** The pause between two looks for more to send and for leases to renew. */
    private static final long WHILE_SENDING = Duration.ofSeconds(1).toMillis();

    /** The time after which another process sends the rows of a killed one. */
    private static final String LEASE = "next_attempt_at = now() + interval '15 seconds'";

    /** A row that another instance claims at the same moment is locked; a moment later, it is not due. */
    private static final String CLAIM = """
            with due as (
                select position from outbox head
                where next_attempt_at <= now() and position <> all($1) and not exists (
                    select 1 from outbox earlier
                    where earlier.partitionkey = head.partitionkey and earlier.position < head.position)
                order by position limit $2 for update skip locked)
            update outbox set %s from due where outbox.position = due.position
            returning outbox.position, attempts, attributes, data""".formatted(LEASE);

    private static final String RENEW = "update outbox set " + LEASE
            + " where position = any($1) and next_attempt_at < now() + interval '10 seconds'";

    private static final String REMOVE = "delete from outbox where position = any($1)";

    /** Doubles from half a second to half a minute. (Without the inner bound it would be too large for an interval at last.) */
    private static final String POSTPONE = """
            update outbox set attempts = attempts + 1,
                next_attempt_at = now() + least(power(2, least(attempts, 6)) * interval '500 milliseconds', interval '30 seconds')
            where position = any($1)""";

    /** Of the rows that may be sent: those behind another of their key wait for it. */
    private static final String NEXT_DUE = """
            select ceil(extract(epoch from min(next_attempt_at) - now()) * 1000)::bigint as millis from outbox head
            where not exists (
                select 1 from outbox earlier
                where earlier.partitionkey = head.partitionkey and earlier.position < head.position)""";

    /** An event that is replayed is of another source, and its time says nothing about its waiting. */
    private static final String WAITING = """
            select count(*) as events, greatest(0, extract(epoch from now() - min((attributes ->> 'time')::timestamptz)
                filter (where attributes ->> 'source' = $1)))::float8 as age from outbox""";

    private static final long BETWEEN_LOOKS = Duration.ofSeconds(10).toNanos();

    /** What is left of a row that another instance has not removed meanwhile. */
    private static final String TAKE_OUT =
            "delete from outbox where position = $1 returning position, partitionkey, attributes, data";

    private enum Outcome {
        TAKEN,
        POSTPONED,
        REFUSED
    }

    /**
     * The outcome of sending a row.
     *
     * @param reason of a refusal; null otherwise
     */
    private record Answer(long position, Outcome outcome, String reason) {}

    private final Database database;
    private final Vertx vertx;
    private final Sink sink;
    private final Refusals refusals;
    private final Counter refused;
    private final EventMetrics metrics;
    private final String source;
    private final AtomicInteger wanted = new AtomicInteger();
    private final ReentrantLock onePerProcess = new ReentrantLock();
    private final Set<Long> sending = new HashSet<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Semaphore news = new Semaphore(0);
    private volatile boolean stopping;
    private long lookedAt = System.nanoTime();

    Publisher(
            Database database,
            Vertx vertx,
            Sink sink,
            Refusals refusals,
            MeterRegistry meters,
            EventMetrics metrics,
            @ConfigProperty(name = "shop.source") String source) {
        this.database = database;
        this.vertx = vertx;
        this.sink = sink;
        this.refusals = refusals;
        this.refused = Counter.builder("outbox.refused")
                .description("Events that the broker refused for good")
                .register(meters);
        this.metrics = metrics;
        this.source = source;
    }

    /** Publishes in the background; to be called after each commit that added rows. Never fails, never waits. */
    public void publishSoon() {
        if (sink.isBound() && !stopping) {
            news.release();
            if (wanted.getAndIncrement() == 0) {
                Thread.startVirtualThread(this::publishWhileWanted);
            }
        }
    }

    @Override
    public void sweep() {
        look();
        publishSoon();
    }

    private void look() {
        metrics.outbox(database.withConnection(sql -> sql.first(
                        WAITING, Tuple.of(source), row -> new Waiting(row.getLong("events"), row.getDouble("age"))))
                .orElseThrow());
    }

    void publishWhatAnEarlierInstanceLeft(@Observes StartupEvent started) {
        if (sink.isBound()) {
            vertx.setTimer(AFTER_READY, timer -> publishSoon());
        } else {
            LOG.warn("K_SINK is not set: events stay in the outbox until an instance with a broker is started");
        }
    }

    /** Rows that are sent but not answered by the end are sent again by the next instance. */
    void publishWhatIsLeft(@Observes ShutdownEvent stopped) {
        stopping = true;
        news.release();
        if (sink.isBound()) {
            try {
                publish(AT_SHUTDOWN);
            } catch (RuntimeException e) {
                LOG.warnf("Events are left in the outbox for the next instance: %s", e.getMessage());
            }
        }
    }

    private void publishWhileWanted() {
        int seen;
        boolean done;
        do {
            seen = wanted.get();
            done = publishUntilNothingIsLeft();
        } while (!done || !wanted.compareAndSet(seen, 0));
    }

    /** False when that failed and is to be tried again. */
    private boolean publishUntilNothingIsLeft() {
        onePerProcess.lock();
        try {
            step();
            for (Long millis = millisToWait(); millis != null && !stopping; millis = millisToWait()) {
                awaitNews(Math.max(100, millis));
                step();
            }
            return true;
        } catch (RuntimeException | Error e) {
            LOG.warnf("Publishing stopped, to be tried again: %s", e.getMessage());
        } finally {
            onePerProcess.unlock();
        }
        awaitNews(WHILE_SENDING);
        return stopping;
    }

    private void publish(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        if (!acquire(limit)) {
            return;
        }
        try {
            for (long left = limit.toMillis(); step() && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                awaitNews(Math.min(left, WHILE_SENDING));
            }
        } finally {
            onePerProcess.unlock();
        }
    }

    private boolean acquire(Duration limit) {
        try {
            return onePerProcess.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Records the answers, and sends the rows that are due. Returns whether any row is being sent. */
    private boolean step() {
        news.drainPermits(); // Before anything is looked at: what changes after that ends the next wait.
        List<Answer> answered = List.copyOf(answers);
        Map<String, String> credentials = sink.credentials();
        List<Row> claimed = database.inTransaction(transaction -> {
            execute(transaction, REMOVE, positions(answered, Outcome.TAKEN));
            execute(transaction, POSTPONE, positions(answered, Outcome.POSTPONED));
            answered.forEach(answer -> keepIfRefused(transaction, answer));
            execute(transaction, RENEW, unanswered(answered));
            return claim(transaction, AT_ONCE - sending.size() + answered.size());
        });
        answered.forEach(answer -> sending.remove(answers.remove().position()));
        claimed.forEach(row -> send(row, credentials));
        return !sending.isEmpty();
    }

    private Set<Long> unanswered(List<Answer> answered) {
        Set<Long> unanswered = new HashSet<>(sending);
        answered.forEach(answer -> unanswered.remove(answer.position()));
        return unanswered;
    }

    private static List<Long> positions(List<Answer> answers, Outcome outcome) {
        return answers.stream()
                .filter(answer -> answer.outcome() == outcome)
                .map(Answer::position)
                .toList();
    }

    /** In the transaction that makes way for the later events of its key: it is in one place or the other. */
    private void keepIfRefused(Sql transaction, Answer answer) {
        if (answer.outcome() == Outcome.REFUSED) {
            transaction
                    .first(TAKE_OUT, Tuple.of(answer.position()), row -> refusal(row, answer.reason()))
                    .ifPresent(refusal -> refusals.keep(transaction, refusal));
        }
    }

    private static Refusal refusal(Row row, String reason) {
        return new Refusal(
                row.getLong("position"),
                row.getString("partitionkey"),
                row.getJsonObject("attributes"),
                row.get(Buffer.class, "data"),
                AttributeText.withoutControls(reason));
    }

    private List<Row> claim(Sql transaction, int room) {
        return transaction.list(CLAIM, Tuple.of(sending.toArray(Long[]::new), room), Function.identity());
    }

    private static void execute(Sql transaction, String statement, Collection<Long> positions) {
        if (!positions.isEmpty()) {
            transaction.update(statement, Tuple.of(positions.toArray(Long[]::new)));
        }
    }

    private void send(Row row, Map<String, String> credentials) {
        long position = row.getLong("position");
        sending.add(position);
        post(row, credentials).onComplete(result -> {
            answers.add(answer(row, result.cause()));
            news.release();
        });
    }

    private Answer answer(Row row, Throwable failure) {
        long position = row.getLong("position");
        if (failure == null) {
            metrics.published(row.getJsonObject("attributes").getString("type"));
            return new Answer(position, Outcome.TAKEN, null);
        }
        boolean forGood = failure instanceof Sink.RefusedException;
        log(row, failure, forGood);
        if (!forGood) {
            return new Answer(position, Outcome.POSTPONED, null);
        }
        refused.increment();
        return new Answer(position, Outcome.REFUSED, ((Sink.RefusedException) failure).reason());
    }

    /** Fails in one way only: a row that can't be sent must not keep the others from being sent. */
    private Future<Void> post(Row row, Map<String, String> credentials) {
        try {
            JsonObject attributes = row.getJsonObject("attributes");
            return sink.send(StoredEvent.event(attributes, row.get(Buffer.class, "data")), credentials);
        } catch (RuntimeException e) { // The same row will never be a request.
            return Future.failedFuture(new Sink.RefusedException("it can't be sent", e.getMessage()));
        }
    }

    private static void log(Row row, Throwable why, boolean forGood) {
        JsonObject attributes = row.getJsonObject("attributes");
        LOG.warnf(
                "Broker did not take event %s of type %s about %s, attempt %d: %s%s",
                attributes.getString("id"),
                attributes.getString("type"),
                attributes.getString("subject"),
                row.getInteger("attempts") + 1,
                why.getMessage(),
                forGood ? "; set aside for an admin" : "");
    }

    /** Null when nothing is left. After each answer, the database need not be asked. */
    private Long millisToWait() {
        Long millis = sending.isEmpty() ? millisUntilTheNextIsDue() : Long.valueOf(WHILE_SENDING);
        if (millis == null) {
            metrics.outbox(new Waiting(0, 0));
        } else if (System.nanoTime() - lookedAt > BETWEEN_LOOKS) {
            lookedAt = System.nanoTime();
            look();
        }
        return millis;
    }

    /** Null when there is nothing left. */
    Long millisUntilTheNextIsDue() {
        return database.withConnection(sql -> sql.list(NEXT_DUE, Tuple.tuple(), row -> row.getLong("millis")))
                .getFirst();
    }

    private void awaitNews(long millis) {
        try {
            news.tryAcquire(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
