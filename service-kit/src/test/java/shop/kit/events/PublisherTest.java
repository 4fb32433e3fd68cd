package shop.kit.events;

import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shop.events.UserRegistered;
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

    private void addTwo() {
        database.doInTransaction(transaction -> {
            for (int version = 1; version <= 2; version++) {
                outbox.add(transaction, new UserRegistered(key, version, Instant.EPOCH));
            }
        });
    }

    private int attempts() {
        return database.withConnection(connection -> connection
                .preparedQuery("select max(attempts) as attempts from outbox where partitionkey = $1")
                .executeAndAwait(Tuple.of(key.toString()))
                .iterator()
                .next()
                .getInteger("attempts"));
    }

    private void update(String what) {
        database.withConnection(connection -> connection
                .preparedQuery("update outbox set " + what + " where partitionkey = $1")
                .executeAndAwait(Tuple.of(key.toString())));
    }
}
