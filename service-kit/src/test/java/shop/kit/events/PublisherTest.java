/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shop.events.ShopEvent.UserRegistered;
import shop.kit.sql.Database;
import shop.testkit.RecordingBroker;

@QuarkusTest
class PublisherTest {
    private final RecordingBroker broker = RecordingBroker.shared();
    private final UUID key = UUID.randomUUID();

    @Inject
    Database database;

    @Inject
    Outbox outbox;

    @Inject
    Publisher publisher;

    @BeforeEach
    void brokerIsDown() {
        broker.answer(503);
    }

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
        broker.answerAfter(Duration.ZERO);
        update("attempts = 0, next_attempt_at = now()");
        publisher.publishSoon();
        await().until(() -> broker.about(key).size() == 2);
    }

    @Test
    void backsOffHoweverLongTheBrokerIsDown() {
        addTwo();
        update("attempts = 5000, next_attempt_at = now()");
        publisher.publishSoon();
        await().until(() -> attempts() == 5001);
    }

    @Test
    void sleepsWhileTheFirstEventOfAKeyHasToWait() {
        addTwo();
        publisher.publishSoon();
        await().until(() -> attempts() > 0);
        update("next_attempt_at = now() + interval '20 seconds' * (attempts > 0)::integer");
        await().until(() -> publisher.millisUntilTheNextIsDue() > 10_000);
    }

    /** Without async-handler, Knative's in-memory channel answers after all subscribers (knative/eventing pkg/channel/fanout). */
    @Test
    void brokerThatTakesTwentySecondsGetsEachEventOnce() {
        broker.answer(202);
        broker.answerAfter(Duration.ofSeconds(20));
        addTwo();
        publisher.publishSoon();
        await().until(() -> broker.about(key).size() == 1);
        broker.answerAfter(Duration.ZERO);
        await().pollDelay(Duration.ofSeconds(17))
                .atMost(Duration.ofSeconds(19))
                .until(() ->
                        publisher.millisUntilTheNextIsDue() > 0); // Leased, so that no other instance sends it either.
        await().atMost(Duration.ofSeconds(30)).until(() -> left() == 0);
        assertEquals(
                List.of(1, 2),
                broker.about(key).stream()
                        .map(event -> new JsonObject(event.body()).getInteger("version"))
                        .toList());
    }

    @Test
    void slowAnswerToOneKeyDelaysNoOther() {
        broker.answer(202);
        broker.answerAfter(Duration.ofSeconds(10));
        addTwo();
        publisher.publishSoon();
        await().until(() -> broker.about(key).size() == 1);
        broker.answerAfter(Duration.ZERO);
        UUID other = UUID.randomUUID();
        database.doInTransaction(transaction -> outbox.add(transaction, new UserRegistered(other, 1, Instant.EPOCH)));
        publisher.publishSoon();
        await().atMost(Duration.ofSeconds(5)).until(() -> broker.about(other).size() == 1);
        assertEquals(2, left(), "the slow one is not answered yet");
    }

    private long left() {
        return database.withConnection(sql -> sql.list(
                        "select position from outbox where partitionkey = $1", Tuple.of(key.toString()), row -> row)
                .size());
    }

    private void addTwo() {
        database.doInTransaction(transaction -> {
            for (int version = 1; version <= 2; version++) {
                outbox.add(transaction, new UserRegistered(key, version, Instant.EPOCH));
            }
        });
    }

    private int attempts() {
        return database.withConnection(sql -> sql.first(
                        "select max(attempts) as attempts from outbox where partitionkey = $1",
                        Tuple.of(key.toString()),
                        row -> row.getInteger("attempts"))
                .orElseThrow());
    }

    private void update(String what) {
        database.withConnection(
                sql -> sql.update("update outbox set " + what + " where partitionkey = $1", Tuple.of(key.toString())));
    }
}
