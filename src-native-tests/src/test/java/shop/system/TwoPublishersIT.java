/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.CloudEvents.binary;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.testkit.Executable;
import shop.testkit.PostgreSql;
import shop.testkit.RecordingBroker;
import shop.testkit.RecordingBroker.Received;

/** Two instances of the order-service publish from one outbox at once. */
class TwoPublishersIT {
    private static final Path ROOT = Path.of(System.getProperty("shop.root"));
    /** More than one process sends at once. */
    private static final int KEYS = 100;

    @Test
    void eventsOfEachKeyArriveInOrderFromTwoProcesses() throws Exception {
        Map<String, String> database = PostgreSql.migrated(ROOT.resolve("order-service/migrations"));
        try (RecordingBroker broker = new RecordingBroker();
                Executable first = instance(database, broker.address() + "/first");
                Executable second = instance(database, broker.address() + "/second")) {
            awaitIdle(first, second);
            List<UUID> keys = Stream.generate(UUID::randomUUID).limit(KEYS).toList();
            List<String> inOrder = ids(10);
            for (UUID key : keys) {
                fillOutbox(database, key, inOrder);
            }
            sweep(first);
            sweep(second);
            await().atMost(Duration.ofMinutes(1)).until(() -> left(database) == 0);

            keys.forEach(key -> assertEquals(inOrder, ids(broker, key)));
            assertEquals(
                    2, broker.received().stream().map(Received::path).distinct().count(), "both took part");
        }
    }

    /** The event that it was sending may come twice: nobody knows whether the broker had taken it. */
    @Test
    void anotherProcessGoesOnInOrderWhenOneIsKilled() throws Exception {
        Map<String, String> database = PostgreSql.migrated(ROOT.resolve("order-service/migrations"));
        try (RecordingBroker broker = new RecordingBroker();
                Executable first = instance(database, broker.address() + "/first");
                Executable second = instance(database, broker.address() + "/second")) {
            awaitIdle(first, second);
            UUID key = UUID.randomUUID();
            broker.answerAfter(Duration.ofMillis(20));
            List<String> inOrder = ids(500);
            fillOutbox(database, key, inOrder);
            sweep(first);
            await().until(() -> broker.about(key).size() > 50);
            first.kill();
            sweep(second);
            await().atMost(Duration.ofMinutes(1)).until(() -> left(database) == 0);

            List<String> arrived = ids(broker, key);
            assertEquals(inOrder, arrived.stream().distinct().toList());
            assertTrue(arrived.size() <= inOrder.size() + 1, () -> "more than one came twice: " + arrived);
            assertEquals(
                    2, broker.received().stream().map(Received::path).distinct().count(), "both took part");
        }
    }

    /** The broker answers after longer than a lease lasts, which the first one renews until it is killed. */
    @Test
    void onlyOneProcessSendsAnEventThatTheBrokerTakesLongFor() throws Exception {
        Map<String, String> database = PostgreSql.migrated(ROOT.resolve("order-service/migrations"));
        try (RecordingBroker broker = new RecordingBroker();
                Executable first = instance(database, broker.address() + "/first");
                Executable second = instance(database, broker.address() + "/second")) {
            awaitIdle(first, second);
            UUID key = UUID.randomUUID();
            broker.answerAfter(Duration.ofSeconds(40));
            fillOutbox(database, key, ids(1));
            sweep(first);
            await().until(() -> broker.about(key).size() == 1);
            sweep(second);
            Thread.sleep(Duration.ofSeconds(25));
            assertEquals(List.of("0"), ids(broker, key));
            first.kill();
            await().atMost(Duration.ofSeconds(30)).until(() -> broker.about(key).size() == 2);
            assertTrue(broker.about(key).getLast().path().endsWith("/second"));
        }
    }

    private static List<String> ids(RecordingBroker broker, UUID key) {
        return broker.about(key).stream().map(Received::id).toList();
    }

    private static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    private static void fillOutbox(Map<String, String> database, UUID key, List<String> ids) throws Exception {
        try (var connection = connect(database);
                var insert = connection.prepareStatement(
                        "insert into outbox (partitionkey, attributes, data) values (?, ?::jsonb, ?)")) {
            connection.setAutoCommit(false);
            for (String id : ids) {
                insert.setString(1, key.toString());
                insert.setString(2, """
                        {"specversion": "1.0", "id": "%s", "source": "%s", "type": "%s", "subject": "%s",
                         "datacontenttype": "application/json"}""".formatted(id, EventTypes.ORDER_SERVICE, EventTypes.ORDER_PLACED, key));
                insert.setBytes(3, "{}".getBytes());
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
    }

    private static long left(Map<String, String> database) throws Exception {
        try (var connection = connect(database);
                var rows = connection.createStatement().executeQuery("select count(*) from outbox")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static java.sql.Connection connect(Map<String, String> database) throws Exception {
        return DriverManager.getConnection(
                "jdbc:postgresql://%s:%s/%s"
                        .formatted(database.get("DB_HOST"), database.get("DB_PORT"), database.get("DB_NAME")),
                database.get("DB_USERNAME"),
                database.get("DB_PASSWORD"));
    }

    /** A process of the order-service that answers events, and publishes to this sink. */
    private static Executable instance(Map<String, String> database, String sink) {
        Map<String, String> environment = new HashMap<>(database);
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        environment.put("SHOP_EXPOSURE", "events");
        environment.put("K_SINK", sink);
        return Executable.startBuildIn(ROOT.resolve("order-service/target"), environment);
    }

    /** Waits until they have looked for events of earlier ones, a second after their start, and so send at a sweep only. */
    private static void awaitIdle(Executable... instances) {
        List.of(instances).forEach(Executable::listening);
        await().pollDelay(Duration.ofSeconds(2))
                .until(() -> Stream.of(instances)
                        .allMatch(instance -> instance.process().isAlive()));
    }

    private static void sweep(Executable instance) {
        binary(EventTypes.PING, "/test", UUID.randomUUID().toString())
                .baseUri(instance.address().toString())
                .port(instance.address().getPort())
                .post("/events")
                .then()
                .statusCode(204);
    }
}
