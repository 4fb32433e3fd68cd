/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.events.ShopEvent.UserRegistered;
import shop.kit.KitResource;
import shop.kit.sql.Database;
import shop.testkit.Metrics;
import shop.testkit.RecordingBroker;

@QuarkusTest
@QuarkusTestResource(KitResource.class)
class EventMetricsTest {
    private final RecordingBroker broker = RecordingBroker.shared();
    private final UUID key = UUID.randomUUID();

    @Inject
    Database database;

    @Inject
    Outbox outbox;

    @Inject
    Publisher publisher;

    KitResource outside;

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
    }

    @Test
    void whatTheBrokerTakesIsCountedByType() {
        String published = "events_published_total{type=\"shop.user.registered.v1\"}";
        double before = metric(published);
        add();
        publisher.publishSoon();
        await().until(() -> metric(published) > before);
    }

    /** By the sweep: a scrape asks the database nothing. */
    @Test
    void theSweepLooksHowManyEventsWaitAndHowLong() {
        broker.answer(503);
        add();
        publisher.sweep();
        assertTrue(metric("outbox_waiting_events") >= 1);
        assertTrue(metric("outbox_oldest_age_seconds") >= 0);
        broker.answer(202);
        publisher.publishSoon();
        await().until(() -> metric("outbox_waiting_events") == 0 && metric("outbox_oldest_age_seconds") == 0);
    }

    @Test
    void anEventIsConsumedOnceAndThenADuplicate() {
        String consumed = "events_consumed_total{type=\"shop.user.deleted.v1\"}";
        String duplicate = "events_duplicate_total{type=\"shop.user.deleted.v1\"}";
        String minute = "event_lag_seconds_bucket{type=\"shop.user.deleted.v1\",le=\"60.0\"}";
        String ever = "event_lag_seconds_count{type=\"shop.user.deleted.v1\"}";
        double before = metric(consumed);
        double twiceBefore = metric(duplicate);
        double lateBefore = metric(ever) - metric(minute);
        deliver("2026-01-01T00:00:00Z");
        deliver("2026-01-01T00:00:00Z");
        assertEquals(before + 1, metric(consumed));
        assertEquals(twiceBefore + 1, metric(duplicate));
        assertEquals(lateBefore + 1, metric(ever) - metric(minute), "of 2026, long before any test");
    }

    @Test
    void aTimeOfAnotherAgeIsNoFault() {
        deliver("0001-01-01T00:00:00Z");
    }

    /** An event that is replayed may be of any type. */
    @Test
    void aTypeThatIsNotOfTheCatalogueIsNoLabel() {
        assertEquals("other", EventTypes.labelOf("com.example." + key));
    }

    private void deliver(String time) {
        given().headers("ce-specversion", "1.0", "ce-type", "shop.user.deleted.v1", "ce-source", "/test", "ce-id", key)
                .header("ce-time", time)
                .contentType("application/json")
                .body("{\"userId\": \"%s\", \"deletedAt\": \"2026-01-01T00:00:00Z\"}".formatted(key))
                .post("/events")
                .then()
                .statusCode(204);
    }

    private void add() {
        database.doInTransaction(transaction -> outbox.add(transaction, new UserRegistered(key, 1, Instant.EPOCH)));
    }

    private double metric(String series) {
        return Metrics.value(outside.managementPort(), series);
    }
}
