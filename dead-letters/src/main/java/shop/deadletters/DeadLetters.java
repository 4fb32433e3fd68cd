/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import shop.events.EventTypes;
import shop.events.Uuids;
import shop.kit.Sweep;
import shop.kit.events.Outbox;
import shop.kit.events.Publisher;
import shop.kit.events.Refusal;
import shop.kit.events.Refusals;
import shop.kit.events.StoredEvent;
import shop.kit.http.ETags;
import shop.kit.http.Preconditions;
import shop.kit.http.Problem;
import shop.kit.sql.Database;
import shop.kit.sql.DatabaseUnavailable;
import shop.kit.sql.Sql;
import shop.settings.Settings;

/** The dead letters that nobody has deleted and that are not too old, and their replays. */
@ApplicationScoped
class DeadLetters implements Sweep, Refusals {
    private static final Logger LOG = Logger.getLogger(DeadLetters.class);
    private static final int AT_ONCE = 1000;

    /**
     * Arrivals and replays are put in order by the clock of the database, since every instance writes them: at the moment of
     * writing, not of the transaction's begin, after which it may have waited for the lock of a replay.
     */
    private static final String KEEP = """
            insert into dead_letters (id, fingerprint, attributes, data, unreadable, trigger, destination, code, reason,
                received_at, last_received_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp(), clock_timestamp())
            on conflict (fingerprint) do update set attributes = excluded.attributes, data = excluded.data,
                destination = excluded.destination, code = excluded.code, reason = excluded.reason, last_received_at = clock_timestamp(),
                deliveries = dead_letters.deliveries + 1
            returning id, deliveries""";

    private static final String SELECT = """
            select letter.*, coalesce(latest.replayed, false) as replayed, latest.refused
            from dead_letters letter left join lateral (
                select refused is null as replayed, refused from replays
                where dead_letter = letter.id and replayed_at > last_received_at
                order by replayed_at desc limit 1) latest on true
            """;

    private static final String MATCHING = SELECT + """
            where ($1::text is null or attributes ->> 'type' = $1)
                and ($2::text is null or attributes ->> 'source' = $2)
                and ($3::text is null or trigger = $3)
                and ($4::text is null or destination = $4)
                and ($5::integer is null or code = $5)
                and ($6::boolean is null or coalesce(latest.replayed, false) = $6)
                and ($7::boolean is null or (latest.refused is not null) = $7)
            """;

    private static final String LIST = MATCHING + "and ($8::uuid is null or id < $8) order by id desc limit $9";

    /**
     * Replays and deletions wait for each other, until the end of their transactions: the lock of a row does not tell that
     * somebody else has replayed it meanwhile, and the events of a key must be numbered in order.
     */
    private static final String ONE_AT_A_TIME = "select 1 from pg_advisory_xact_lock(hashtext('dead_letters'))";

    private static final String LOCKED = " order by id limit " + AT_ONCE + " for update of letter";

    /**
     * The oldest first, so that the events of one key are replayed in the order of their arrival. Without those that the
     * broker has refused, unless the filter asks for them: whoever replays all that is left would never come to an end.
     */
    private static final String LOCK_REPLAYABLE =
            MATCHING + "and unreadable is null and (latest.refused is null or $7)" + LOCKED;

    private static final String LOCK_MATCHING = MATCHING + LOCKED;

    private static final String LOCK = SELECT + "where id = any($1)" + LOCKED;

    private static final String RECORD = """
            insert into replays (dead_letter, replayed_at, replayed_by, position)
            select id, clock_timestamp(), $3, position from unnest($1::uuid[], $2::bigint[]) as replay (id, position)""";

    private static final String REFUSE = "update replays set refused = $2 where position = $1";

    private static final String DELETE = "delete from dead_letters where id = any($1)";

    /** Those that are locked: a new statement sees what has arrived before that, and so what matches no more. */
    private static final String STILL_MATCHING = MATCHING + "and id = any($8)";

    /** Leaves out what is being replayed, or arrives again, at this moment. */
    private static final String DELETE_OLD = """
            delete from dead_letters where id in (
                select id from dead_letters where last_received_at < now() - $1 * interval '1 second'
                order by last_received_at limit $2 for update skip locked)""";

    private static final String REPLAYS = """
            select * from replays where dead_letter = $1 order by replayed_at desc""";

    /** What fails fails in bursts. After the first of one, the metric is above zero, and how far is no hurry. */
    private static final long BETWEEN_ARRIVALS = Duration.ofSeconds(10).toNanos();

    private static final String COUNT_WAITING =
            "select count(*) as waiting from (" + SELECT + ") letters where not replayed";

    private final Database database;
    private final Outbox outbox;
    private final Publisher publisher;
    private final Settings settings;
    private final ETags etags;
    private final DeadLetterMetrics metrics;
    private volatile long counted = System.nanoTime() - BETWEEN_ARRIVALS - 1;

    DeadLetters(
            Database database,
            Outbox outbox,
            Publisher publisher,
            Settings settings,
            ETags etags,
            DeadLetterMetrics metrics) {
        this.database = database;
        this.outbox = outbox;
        this.publisher = publisher;
        this.settings = settings;
        this.etags = etags;
        this.metrics = metrics;
    }

    /** Keeps it. A repeated delivery, of which at-least-once delivery has some, is only counted. */
    void keep(Arrival arrival) {
        Row row = database.inTransaction(
                sql -> sql.first(KEEP, tuple(arrival), Function.identity()).orElseThrow());
        LOG.warnf(
                "Dead letter %s, arrival %d: event %s %s of %s could not be delivered to %s (trigger %s), status %s",
                row.getUUID("id"),
                row.getInteger("deliveries"),
                arrival.attributes().getString("type"),
                arrival.attributes().getString("id"),
                arrival.attributes().getString("source"),
                arrival.destination(),
                arrival.trigger(),
                arrival.code());
        metrics.received(arrival);
        if (System.nanoTime() - counted > BETWEEN_ARRIVALS) {
            count();
        }
    }

    private void count() {
        counted = System.nanoTime();
        try {
            metrics.waiting(database.withConnection(
                            sql -> sql.first(COUNT_WAITING, Tuple.tuple(), row -> row.getLong("waiting")))
                    .orElseThrow());
        } catch (DatabaseUnavailable e) { // What is counted is committed.
            LOG.infof("Dead letters are not counted: %s", e.getMessage());
        }
    }

    /** The latest first, beginning below {@code before} (null: with the latest). */
    List<DeadLetter> list(Filter filter, UUID before, int limit) {
        return database.withConnection(
                sql -> sql.list(LIST, tuple(filter).addUUID(before).addInteger(limit), DeadLetters::deadLetter));
    }

    Optional<DeadLetter.Details> find(UUID id) {
        return database.withConnection(sql -> find(sql, id));
    }

    private static Optional<DeadLetter.Details> find(Sql sql, UUID id) {
        return sql.first(SELECT + "where id = $1", Tuple.of(id), row -> details(row, replays(sql, id)));
    }

    /** Throws a 404 or 412 problem unless the letter, which is locked, is there and in a state that is meant. */
    private void require(Sql transaction, UUID id, Preconditions preconditions) {
        preconditions.require(
                etags.ofContent(find(transaction, id).orElseThrow(() -> Problem.notFound("dead letter", id))));
    }

    /** Replays this one, or throws a problem: a 412 one unless it is in a state that is meant. */
    void replay(UUID id, Preconditions preconditions, UUID admin) {
        replay(
                LOCK,
                Tuple.of(new UUID[] {id}),
                Set.of(id),
                admin,
                transaction -> require(transaction, id, preconditions));
    }

    /** Replays all of these or, with a problem, none. */
    List<UUID> replay(Set<UUID> ids, UUID admin) {
        return replay(LOCK, Tuple.of(ids.toArray(UUID[]::new)), ids, admin, transaction -> {});
    }

    /** Replays the oldest 1000 events that match; those that the broker has refused only if the filter asks for them. */
    List<UUID> replay(Filter filter, UUID admin) {
        return replay(LOCK_REPLAYABLE, tuple(filter), Set.of(), admin, transaction -> {});
    }

    private List<UUID> replay(
            String lock, Tuple parameters, Set<UUID> expected, UUID admin, Consumer<Sql> precondition) {
        List<UUID> replayed = database.inTransaction(transaction -> {
            List<Row> rows = lock(transaction, lock, parameters);
            List<UUID> ids = ids(rows);
            requireAll(expected, ids);
            precondition.accept(transaction);
            Long[] positions =
                    rows.stream().map(row -> replay(transaction, row)).toArray(Long[]::new);
            transaction.update(RECORD, Tuple.of(ids.toArray(UUID[]::new), positions, admin));
            return ids;
        });
        count();
        publisher.publishSoon();
        return replayed;
    }

    /**
     * What the broker refuses for good is no longer replayed, and reads so until it is replayed again; if it was deleted
     * meanwhile, it is gone. An event of this service's own becomes a dead letter.
     */
    @Override
    public void keep(Sql transaction, Refusal refusal) {
        boolean isReplay = transaction.update(REFUSE, Tuple.of(refusal.position(), refusal.reason())) > 0;
        if (!isReplay && EventTypes.DEAD_LETTERS.equals(refusal.attributes().getString("source"))) {
            JsonObject attributes = refusal.attributes().copy().put(Arrival.ERROR + "data", refusal.reason());
            byte[] data = refusal.data() == null ? new byte[0] : refusal.data().getBytes();
            transaction.update(KEEP, tuple(new Arrival(null, attributes, data, null)));
        }
    }

    /** Deletes this one, or throws a problem: a 412 one unless it is in a state that is meant. */
    void delete(UUID id, Preconditions preconditions) {
        database.doInTransaction(transaction -> {
            lock(transaction, LOCK, Tuple.of(new UUID[] {id}));
            require(transaction, id, preconditions);
            delete(transaction, List.of(id));
        });
        count();
    }

    /** Deletes all of these or, with a problem, none. A replay that is under way goes on. */
    List<UUID> delete(Set<UUID> ids) {
        return deleted(transaction -> {
            List<UUID> found = ids(lock(transaction, LOCK, Tuple.of(ids.toArray(UUID[]::new))));
            requireAll(ids, found);
            return delete(transaction, found);
        });
    }

    /** Deletes the oldest 1000 that match. */
    List<UUID> delete(Filter filter) {
        return deleted(transaction -> {
            List<UUID> locked = ids(lock(transaction, LOCK_MATCHING, tuple(filter)));
            Tuple still = tuple(filter).addArrayOfUUID(locked.toArray(UUID[]::new));
            return delete(transaction, ids(transaction.list(STILL_MATCHING, still, Function.identity())));
        });
    }

    private List<UUID> deleted(Function<Sql, List<UUID>> deletion) {
        List<UUID> deleted = database.inTransaction(deletion);
        count();
        return deleted;
    }

    /** Deletes what is too old, in transactions that delay no arrival for long. */
    @Override
    public void sweep() {
        Duration retention = settings.get(DeadLetterSettings.RETENTION);
        Tuple oldest = Tuple.of(retention.toSeconds(), AT_ONCE);
        int deleted;
        do {
            deleted = database.inTransaction(sql -> sql.update(DELETE_OLD, oldest));
            if (deleted > 0) {
                LOG.infof("%d dead letters deleted: they arrived last before %s", deleted, retention);
            }
        } while (deleted == AT_ONCE);
        count();
    }

    private static List<UUID> delete(Sql transaction, List<UUID> ids) {
        transaction.update(DELETE, Tuple.of(ids.toArray(UUID[]::new)));
        return ids;
    }

    private static List<Row> lock(Sql transaction, String statement, Tuple parameters) {
        transaction.list(ONE_AT_A_TIME, Tuple.tuple(), Function.identity());
        return transaction.list(statement, parameters, Function.identity());
    }

    private static List<UUID> ids(List<Row> rows) {
        return rows.stream().map(row -> row.getUUID("id")).toList();
    }

    /** The id stays, so that the inboxes of those who got the event recognise it. */
    private long replay(Sql transaction, Row row) {
        if (row.getString("unreadable") != null) {
            throw Problem.because(
                    409,
                    "not-replayable",
                    "Not replayable",
                    "Dead letter " + row.getUUID("id") + " is no CloudEvent, and no broker would take it: "
                            + row.getString("unreadable"));
        }
        JsonObject attributes = row.getJsonObject("attributes").copy();
        attributes.fieldNames().removeIf(name -> name.startsWith(Arrival.ERROR));
        return outbox.add(transaction, StoredEvent.event(attributes, row.get(Buffer.class, "data")));
    }

    private static void requireAll(Set<UUID> expected, List<UUID> found) {
        Set<UUID> missing = new HashSet<>(expected);
        found.forEach(missing::remove);
        if (!missing.isEmpty()) {
            throw Problem.notFound("dead letter", missing.iterator().next());
        }
    }

    private static List<DeadLetter.Replay> replays(Sql sql, UUID id) {
        return sql.list(
                REPLAYS,
                Tuple.of(id),
                row -> new DeadLetter.Replay(
                        Sql.instant(row, "replayed_at"), row.getUUID("replayed_by"), row.getString("refused")));
    }

    private static Tuple tuple(Arrival arrival) {
        return Tuple.tuple()
                .addUUID(Uuids.timeOrdered())
                .addUUID(arrival.fingerprint())
                .addValue(arrival.attributes())
                .addValue(Buffer.buffer(arrival.data()))
                .addString(arrival.unreadable())
                .addString(arrival.trigger())
                .addString(arrival.destination())
                .addInteger(arrival.code())
                .addString(arrival.reason());
    }

    private static Tuple tuple(Filter filter) {
        return Tuple.tuple()
                .addString(filter.type())
                .addString(filter.source())
                .addString(filter.trigger())
                .addString(filter.destination())
                .addInteger(filter.code())
                .addBoolean(filter.replayed())
                .addBoolean(filter.refused());
    }

    private static DeadLetter deadLetter(Row row) {
        JsonObject attributes = row.getJsonObject("attributes");
        return new DeadLetter(
                row.getUUID("id"),
                attributes.getString("type"),
                attributes.getString("source"),
                attributes.getString("id"),
                attributes.getString("subject"),
                row.getString("unreadable"),
                row.getString("trigger"),
                row.getString("destination"),
                row.getInteger("code"),
                row.getString("reason"),
                Sql.instant(row, "received_at"),
                Sql.instant(row, "last_received_at"),
                row.getInteger("deliveries"),
                row.getBoolean("replayed"),
                row.getString("refused"));
    }

    private static DeadLetter.Details details(Row row, List<DeadLetter.Replay> replays) {
        byte[] data = row.get(Buffer.class, "data").getBytes();
        return new DeadLetter.Details(
                deadLetter(row), row.getJsonObject("attributes").getMap(), text(data), data, replays);
    }

    private static String text(byte[] data) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
