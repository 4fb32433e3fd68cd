/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.ShopEvent.UserRegistered;
import shop.kit.sql.Database;
import shop.testkit.RecordingBroker;

/** Events that the broker refuses: for now, or for good. */
@QuarkusTest
class RefusalTest {
    private final RecordingBroker broker = RecordingBroker.shared();
    private final UUID key = UUID.randomUUID();

    @Inject
    Database database;

    @Inject
    Outbox outbox;

    @Inject
    Publisher publisher;

    @Inject
    RefusedEvents refused;

    @Inject
    MeterRegistry metrics;

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
    }

    /** Knative's own senders do not repeat what was answered so (knative/eventing pkg/kncloudevents/retries.go, SelectiveRetry). */
    @ParameterizedTest
    @ValueSource(ints = {400, 413, 415, 422, 431})
    void eventThatIsRefusedForGoodMakesWayForTheLaterOnesOfItsKey(int status) {
        double before = counted();
        broker.answer(status);
        add(1);
        await().until(() -> refusals().size() == 1);
        broker.answer(202);
        add(2);
        await().until(() -> versions().equals(List.of(2)));
        assertEquals("it answered " + status, refusals().getFirst().reason());
        assertTrue(counted() > before);
        assertEquals(0, left());
    }

    /** They tell of the address, of credentials or of the moment (knative/eventing pkg/broker/ingress, ServeHTTP). */
    @ParameterizedTest
    @ValueSource(ints = {302, 401, 403, 404, 405, 408, 409, 429, 500, 503})
    void eventThatMayBeTakenLaterWaits(int status) {
        broker.answer(status);
        add(1);
        await().until(() -> attempts() > 0);
        broker.answer(202);
        await().until(() -> versions().equals(List.of(1)));
        assertEquals(List.of(), refusals());
    }

    @Test
    void eventThatCannotBeSentIsRefusedForGood() {
        database.withConnection(sql -> sql.update(
                "insert into outbox (partitionkey, attributes) values ($1, $2)",
                Tuple.of(
                        key.toString(),
                        new JsonObject().put("specversion", "1.0").put("subject", key.toString()))));
        add(2);
        await().until(() -> versions().equals(List.of(2)));
        assertTrue(refusals().getFirst().reason().startsWith("it can't be sent: "));
    }

    @Test
    void eventThatIsPublishedAgainGoesBeforeThoseOfItsKeyThatWait() {
        broker.answer(400);
        add(1);
        await().until(() -> refusals().size() == 1);
        broker.answer(503);
        add(2);
        await().until(() -> attempts() > 0);
        refused.publish(refusals().getFirst().id());
        broker.answer(202);
        await().until(() -> versions().size() == 2);
        assertEquals(List.of(1, 2), versions());
        assertEquals(List.of(), refusals());
    }

    /** As when the process or the database ends there: both happen or neither. */
    @Test
    void eventThatCannotBeKeptStaysInTheOutbox() {
        broker.answer(400);
        statement("alter table refused_events rename to not_there");
        try {
            add(1);
            await().until(() -> seconds() > 14); // leased, so it was sent
            await().pollDelay(java.time.Duration.ofMillis(500)).until(() -> left() == 1);
        } finally {
            statement("alter table not_there rename to refused_events");
        }
        await().atMost(java.time.Duration.ofSeconds(30)).until(() -> refusals().size() == 1 && left() == 0);
    }

    private void add(int version) {
        database.doInTransaction(
                transaction -> outbox.add(transaction, new UserRegistered(key, version, Instant.EPOCH)));
        publisher.publishSoon();
    }

    private List<Integer> versions() {
        return broker.about(key).stream()
                .map(event -> new JsonObject(event.body()).getInteger("version"))
                .distinct()
                .toList();
    }

    private List<RefusedEvents.RefusedEvent> refusals() {
        return refused.list(null, 1000).stream()
                .filter(event -> key.toString().equals(event.attributes().get("subject")))
                .toList();
    }

    private double counted() {
        return metrics.counter("outbox.refused").count();
    }

    private long left() {
        return number("count(*)");
    }

    private long attempts() {
        return number("coalesce(max(attempts), 0)");
    }

    private long seconds() {
        return number("coalesce(extract(epoch from max(next_attempt_at) - now()), 0)");
    }

    private long number(String what) {
        return database.withConnection(sql -> sql.first(
                        "select (" + what + ")::bigint as number from outbox where partitionkey = $1",
                        Tuple.of(key.toString()),
                        row -> row.getLong("number"))
                .orElseThrow());
    }

    private void statement(String statement) {
        database.withConnection(sql -> sql.update(statement, Tuple.tuple()));
    }
}
