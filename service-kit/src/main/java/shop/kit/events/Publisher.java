package shop.kit.events;

import io.cloudevents.CloudEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;
import shop.kit.Sweep;
import shop.kit.sql.Database;

/**
 * Sends the outbox's rows to the broker ({@code K_SINK}) and removes what it took. A row may be sent only when no earlier
 * one of its {@code partitionkey} is left, and is locked meanwhile: so any number of instances may publish at once, and
 * the order within a key holds. A row whose removal was cut off is sent again with the same id.
 */
@ApplicationScoped
public class Publisher implements Sweep {
    private static final Logger LOG = Logger.getLogger(Publisher.class);
    static final int BATCH = 64;
    private static final long AFTER_READY = Duration.ofSeconds(1).toMillis();
    private static final Duration AT_SHUTDOWN = Duration.ofSeconds(5);

    private static final String CLAIM = """
            select position, attempts, attributes, data from outbox head
            where next_attempt_at <= now() and not exists (
                select 1 from outbox earlier
                where earlier.partitionkey = head.partitionkey and earlier.position < head.position)
            order by position limit $1 for update skip locked""";

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

    private final Database database;
    private final Vertx vertx;
    private final Sink sink;
    private final AtomicInteger wanted = new AtomicInteger();
    private final ReentrantLock onePerProcess = new ReentrantLock();
    private volatile boolean stopping;
    /** There is one at most; only the drain that runs sets it. */
    private long alarm = -1;

    Publisher(Database database, Vertx vertx, Sink sink) {
        this.database = database;
        this.vertx = vertx;
        this.sink = sink;
    }

    /** Publishes in the background; to be called after each commit that added rows. Never fails, never waits. */
    public void publishSoon() {
        if (sink.isBound() && !stopping && wanted.getAndIncrement() == 0) {
            Thread.startVirtualThread(this::publishWhileWanted);
        }
    }

    @Override
    public void sweep() {
        publishSoon();
    }

    void publishWhatAnEarlierInstanceLeft(@Observes StartupEvent started) {
        if (sink.isBound()) {
            vertx.setTimer(AFTER_READY, timer -> publishSoon());
        } else {
            LOG.warn("K_SINK is not set: events stay in the outbox until an instance with a broker is started");
        }
    }

    void publishWhatIsLeft(@Observes ShutdownEvent stopped) {
        stopping = true;
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
        do {
            seen = wanted.get();
            try {
                publish(Duration.ofDays(1));
                comeBackWhenTheNextIsDue();
            } catch (RuntimeException | Error e) {
                LOG.warnf("Publishing stopped, to be tried again: %s", e.getMessage());
                publishIn(Sink.TIMEOUT);
            }
        } while (!wanted.compareAndSet(seen, 0));
    }

    private void publish(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        if (!acquire(limit)) {
            return;
        }
        try {
            while (System.nanoTime() < end && database.inTransaction(this::publishBatch)) {
                // until there is nothing left that is due
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

    private boolean publishBatch(SqlConnection transaction) {
        List<Row> rows = StreamSupport.stream(
                        transaction
                                .preparedQuery(CLAIM)
                                .executeAndAwait(Tuple.of(BATCH))
                                .spliterator(),
                        false)
                .toList();
        Optional<String> token = sink.token();
        List<Future<Void>> posts =
                rows.stream().map(row -> sink.send(event(row), token)).toList();
        List<Long> taken = new ArrayList<>();
        List<Long> refused = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            (succeeded(posts.get(i), rows.get(i)) ? taken : refused)
                    .add(rows.get(i).getLong("position"));
        }
        execute(transaction, REMOVE, taken);
        execute(transaction, POSTPONE, refused);
        return !rows.isEmpty();
    }

    private static void execute(SqlConnection transaction, String statement, List<Long> positions) {
        if (!positions.isEmpty()) {
            transaction.preparedQuery(statement).executeAndAwait(Tuple.of(positions.toArray(Long[]::new)));
        }
    }

    private static boolean succeeded(Future<Void> post, Row row) {
        try {
            post.toCompletionStage().toCompletableFuture().join();
            return true;
        } catch (RuntimeException e) {
            JsonObject attributes = row.getJsonObject("attributes");
            LOG.warnf(
                    "Broker did not take event %s of type %s about %s, attempt %d: %s",
                    attributes.getString("id"),
                    attributes.getString("type"),
                    attributes.getString("subject"),
                    row.getInteger("attempts") + 1,
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            return false;
        }
    }

    private static CloudEvent event(Row row) {
        return StoredEvent.event(row.getJsonObject("attributes"), row.get(Buffer.class, "data"));
    }

    private void comeBackWhenTheNextIsDue() {
        Long millis = millisUntilTheNextIsDue();
        if (millis != null && !stopping) {
            publishIn(Math.max(100, millis));
        }
    }

    /** Null when there is nothing left. */
    Long millisUntilTheNextIsDue() {
        return database.withConnection(connection ->
                connection.query(NEXT_DUE).executeAndAwait().iterator().next().getLong("millis"));
    }

    private void publishIn(long millis) {
        vertx.cancelTimer(alarm);
        alarm = vertx.setTimer(millis, timer -> publishSoon());
    }
}
