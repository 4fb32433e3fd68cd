/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The deliveries that are still to be made, in PostgreSQL.
 *
 * <p>Each holds its own copy of the event, so that it ends by the removal of one row: no event that outlives its
 * deliveries, none that they share and lock.
 */
record DeliveryStore(DataSource db, InstantSource clock) {
    /** Identifies the deliveries to a Trigger's subscriber, or those to its dead letter sink. */
    record QueueId(String trigger, boolean deadLetters) {}

    /** A new delivery. Ordering key: null if it waits for no other. */
    record NewDelivery(String trigger, Message event, int ttl, String orderingKey) {}

    /** The reason why an event goes to the dead letter sink. Data: base64, as in the attribute that carries it. */
    record Failure(String destination, int code, String data) {}

    /** A delivery that is due. Failure: null unless it is to the dead letter sink, which is told. */
    record Pending(long id, Message event, int ttl, int attempts, Failure failure) {}

    /** A change of the store. Those of one transaction become true together or not at all. */
    sealed interface Change {
        default List<NewDelivery> added() {
            return List.of();
        }
    }

    /** An event was accepted. */
    record Enqueued(List<NewDelivery> added) implements Change {}

    /** The outcome of an attempt to deliver. */
    sealed interface Outcome extends Change {}

    /** The event was taken, perhaps with a reply. */
    record Completed(long id, List<NewDelivery> added) implements Outcome {}

    /** Nobody took the event, and nobody is asked any more. */
    record Dropped(long id) implements Outcome {}

    /**
     * The next attempt is made after a delay, in the given queue.
     *
     * @param failure null unless that is to the dead letter sink, which is told
     */
    record Rescheduled(long id, QueueId queue, int attempts, Duration delay, Failure failure) implements Outcome {}

    private static final String SCHEMA = """
            create table if not exists delivery (
                id bigint generated always as identity primary key,
                trigger text not null,
                dead_letter boolean not null default false,
                due_at timestamptz not null,
                attempts int not null default 0,
                ttl int not null,
                headers json not null,
                data bytea not null,
                error_destination text,
                error_code int,
                error_data text
            );
            alter table delivery add column if not exists ordering_key text;
            create index if not exists delivery_due on delivery (trigger, dead_letter, due_at, id);
            create index if not exists delivery_order on delivery (trigger, ordering_key, id)
                where ordering_key is not null and not dead_letter;
            """;

    private static final String ADD =
            "insert into delivery (trigger, due_at, ttl, headers, data, ordering_key) values (?, ?, ?, ?::json, ?, ?)";
    private static final String RESCHEDULE = """
            update delivery set dead_letter = ?, due_at = ?, attempts = ?,
                error_destination = ?, error_code = ?, error_data = ?
            where id = ?""";
    private static final String REMOVE = "delete from delivery where id = ?";
    private static final String DUE = """
            select id, headers, data, ttl, attempts, error_destination, error_code, error_data from delivery d
            where trigger = ? and dead_letter = ? and id <> all (?) %s and due_at <= ? order by due_at, id limit ?""";
    private static final String NEXT_DUE =
            "select min(due_at) from delivery d where trigger = ? and dead_letter = ? and id <> all (?) %s";

    /** A delivery's row is there until it is done, so this holds while it is under way, too, and over restarts. */
    private static final String NONE_EARLIER = """
            and not exists (select from delivery e where e.trigger = d.trigger and e.ordering_key = d.ordering_key
                and not e.dead_letter and e.id < d.id)""";

    private static final String BACKLOG =
            "select trigger, dead_letter, count(*) from delivery group by trigger, dead_letter";

    void createTables() throws SQLException {
        try (Connection c = db.getConnection();
                Statement s = c.createStatement()) {
            s.execute(SCHEMA);
        }
    }

    /**
     * The oldest deliveries of a queue that are due now.
     *
     * @param ordered none but the earliest with its ordering key
     */
    List<Pending> due(QueueId queue, boolean ordered, Collection<Long> except, int limit) throws SQLException {
        try (Connection c = db.getConnection();
                PreparedStatement s = prepare(c, DUE, queue, ordered, except)) {
            s.setObject(4, utc(clock.instant()));
            s.setInt(5, limit);
            try (ResultSet row = s.executeQuery()) {
                List<Pending> due = new ArrayList<>();
                while (row.next()) {
                    due.add(pending(row));
                }
                return due;
            }
        }
    }

    /** The time at which the next delivery of a queue is due; empty for an empty queue. */
    Optional<Instant> nextDue(QueueId queue, boolean ordered, Collection<Long> except) throws SQLException {
        try (Connection c = db.getConnection();
                PreparedStatement s = prepare(c, NEXT_DUE, queue, ordered, except);
                ResultSet row = s.executeQuery()) {
            row.next();
            return Optional.ofNullable(row.getObject(1, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
        }
    }

    /** The number of pending deliveries of each queue that has any. */
    Map<QueueId, Long> backlog() throws SQLException {
        try (Connection c = db.getConnection();
                Statement s = c.createStatement();
                ResultSet row = s.executeQuery(BACKLOG)) {
            Map<QueueId, Long> backlog = new HashMap<>();
            while (row.next()) {
                backlog.put(new QueueId(row.getString(1), row.getBoolean(2)), row.getLong(3));
            }
            return backlog;
        }
    }

    /**
     * Writes all changes, or none of them. The pool sets its connections back to auto-commit.
     *
     * @return the new deliveries
     */
    Map<QueueId, List<Pending>> write(List<Change> changes) throws SQLException {
        try (Connection c = db.getConnection()) {
            c.setAutoCommit(false);
            try (PreparedStatement add = c.prepareStatement(ADD, new String[] {"id"});
                    PreparedStatement reschedule = c.prepareStatement(RESCHEDULE);
                    PreparedStatement remove = c.prepareStatement(REMOVE)) {
                for (Change change : changes) {
                    for (NewDelivery delivery : change.added()) {
                        add(add, delivery);
                    }
                    switch (change) {
                        case Enqueued enqueued -> {}
                        case Completed completed -> remove(remove, completed.id());
                        case Dropped dropped -> remove(remove, dropped.id());
                        case Rescheduled rescheduled -> reschedule(reschedule, rescheduled);
                    }
                }
                add.executeBatch();
                Map<QueueId, List<Pending>> stored = stored(changes, add.getGeneratedKeys());
                reschedule.executeBatch();
                remove.executeBatch();
                c.commit();
                return stored;
            } catch (SQLException | RuntimeException e) {
                c.rollback();
                throw e;
            }
        }
    }

    private static Map<QueueId, List<Pending>> stored(List<Change> changes, ResultSet ids) throws SQLException {
        Map<QueueId, List<Pending>> stored = new HashMap<>();
        for (Change change : changes) {
            for (NewDelivery added : change.added()) {
                ids.next();
                stored.computeIfAbsent(new QueueId(added.trigger, false), queue -> new ArrayList<>())
                        .add(new Pending(ids.getLong(1), added.event, added.ttl, 0, null));
            }
        }
        return stored;
    }

    private void add(PreparedStatement s, NewDelivery added) throws SQLException {
        s.setString(1, added.trigger);
        s.setObject(2, utc(clock.instant()));
        s.setInt(3, added.ttl);
        s.setString(4, Json.encode(added.event.headers()));
        s.setBytes(5, added.event.data());
        s.setString(6, added.orderingKey);
        s.addBatch();
    }

    private void reschedule(PreparedStatement s, Rescheduled later) throws SQLException {
        s.setBoolean(1, later.queue.deadLetters);
        s.setObject(2, utc(clock.instant().plus(later.delay)));
        s.setInt(3, later.attempts);
        Failure failure = later.failure;
        s.setString(4, failure == null ? null : failure.destination);
        s.setObject(5, failure == null ? null : failure.code, Types.INTEGER);
        s.setString(6, failure == null ? null : failure.data);
        s.setLong(7, later.id);
        s.addBatch();
    }

    private static void remove(PreparedStatement s, long id) throws SQLException {
        s.setLong(1, id);
        s.addBatch();
    }

    private static PreparedStatement prepare(
            Connection c, String sql, QueueId queue, boolean ordered, Collection<Long> except) throws SQLException {
        PreparedStatement s = c.prepareStatement(sql.formatted(ordered ? NONE_EARLIER : ""));
        s.setString(1, queue.trigger);
        s.setBoolean(2, queue.deadLetters);
        s.setArray(3, c.createArrayOf("bigint", except.toArray()));
        return s;
    }

    private static Pending pending(ResultSet row) throws SQLException {
        String destination = row.getString("error_destination");
        Failure failure = destination == null
                ? null
                : new Failure(destination, row.getInt("error_code"), row.getString("error_data"));
        Map<String, String> headers = new JsonObject(row.getString("headers"))
                .stream().collect(Collectors.toMap(Map.Entry::getKey, header -> (String) header.getValue()));
        Message event = new Message(headers, row.getBytes("data"));
        return new Pending(row.getLong("id"), event, row.getInt("ttl"), row.getInt("attempts"), failure);
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
