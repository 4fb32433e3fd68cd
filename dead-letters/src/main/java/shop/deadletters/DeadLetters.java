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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;
import shop.events.Uuids;
import shop.kit.events.Outbox;
import shop.kit.events.Publisher;
import shop.kit.events.StoredEvent;
import shop.kit.http.Problem;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/** All dead letters that ever arrived, and their replays. */
@ApplicationScoped
class DeadLetters {
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
            select * from (
                select *, exists (
                    select 1 from replays where dead_letter = id and replayed_at > last_received_at) as replayed
                from dead_letters) as dead_letter
            """;

    private static final String MATCHING = SELECT + """
            where ($1::text is null or attributes ->> 'type' = $1)
                and ($2::text is null or attributes ->> 'source' = $2)
                and ($3::text is null or trigger = $3)
                and ($4::text is null or destination = $4)
                and ($5::integer is null or code = $5)
                and ($6::boolean is null or replayed = $6)
            """;

    private static final String LIST = MATCHING + "and ($7::uuid is null or id < $7) order by id desc limit $8";

    /** The oldest first, so that the events of one key are replayed in the order of their arrival. */
    private static final String LOCK_MATCHING =
            MATCHING + "and unreadable is null order by id limit " + AT_ONCE + " for update";

    private static final String LOCK = SELECT + "where id = any($1) order by id for update";

    private static final String RECORD = """
            insert into replays (dead_letter, replayed_at, replayed_by)
            select unnest($1::uuid[]), clock_timestamp(), $2""";

    private static final String REPLAYS = """
            select * from replays where dead_letter = $1 order by replayed_at desc""";

    private final Database database;
    private final Outbox outbox;
    private final Publisher publisher;

    DeadLetters(Database database, Outbox outbox, Publisher publisher) {
        this.database = database;
        this.outbox = outbox;
        this.publisher = publisher;
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
    }

    /** The latest first, beginning below {@code before} (null: with the latest). */
    List<DeadLetter> list(Filter filter, UUID before, int limit) {
        return database.withConnection(
                sql -> sql.list(LIST, tuple(filter).addUUID(before).addInteger(limit), DeadLetters::deadLetter));
    }

    Optional<DeadLetter.Details> find(UUID id) {
        return database.withConnection(sql ->
                sql.first(SELECT + "where id = $1", Tuple.of(id), row -> details(row, replays(sql, id))));
    }

    /** Replays all of these or, with a problem, none. */
    List<UUID> replay(Set<UUID> ids, UUID admin) {
        return replay(LOCK, Tuple.of(ids.toArray(UUID[]::new)), ids, admin);
    }

    /** Replays the oldest 1000 events that match. */
    List<UUID> replay(Filter filter, UUID admin) {
        return replay(LOCK_MATCHING, tuple(filter), Set.of(), admin);
    }

    private List<UUID> replay(String lock, Tuple parameters, Set<UUID> expected, UUID admin) {
        List<UUID> replayed = database.inTransaction(transaction -> {
            List<Row> rows = transaction.list(lock, parameters, Function.identity());
            List<UUID> ids = rows.stream().map(row -> row.getUUID("id")).toList();
            requireAll(expected, ids);
            rows.forEach(row -> replay(transaction, row));
            transaction.update(RECORD, Tuple.of(ids.toArray(UUID[]::new), admin));
            return ids;
        });
        publisher.publishSoon();
        return replayed;
    }

    /** The id stays, so that the inboxes of those who got the event recognise it. */
    private void replay(Sql transaction, Row row) {
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
        outbox.add(transaction, StoredEvent.event(attributes, row.get(Buffer.class, "data")));
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
                row -> new DeadLetter.Replay(Sql.instant(row, "replayed_at"), row.getUUID("replayed_by")));
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
                .addBoolean(filter.replayed());
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
                row.getBoolean("replayed"));
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
