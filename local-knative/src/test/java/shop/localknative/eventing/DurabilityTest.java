package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.in;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.to;
import static shop.localknative.eventing.TestEventing.trigger;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shop.localknative.eventing.Subscriber.Answer;

class DurabilityTest {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Database db;
    private Subscriber subscriber;

    @BeforeEach
    void start() throws SQLException {
        db = new Database();
        subscriber = new Subscriber();
    }

    @AfterEach
    void stop() {
        subscriber.close();
        db.close();
    }

    @Test
    void acceptedEventSurvivesAKilledBroker() throws IOException {
        subscriber.close(); // Nothing is delivered before the kill.
        String[] manifests = {
            BROKER,
            trigger("t", to(subscriber) + ", delivery: {retry: 50, backoffDelay: PT0.05S, backoffPolicy: linear}")
        };
        List<String> ids = IntStream.range(0, 50).mapToObj(i -> "e" + i).toList();
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            ids.forEach(id -> assertEquals(202, post(broker.url, id)));
        }

        Subscriber back = new Subscriber(subscriber.port());
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            await().until(() -> db.pending() == 0);
        }
        assertEquals(Set.copyOf(ids), Set.copyOf(back.ids()));
        back.close();
    }

    @Test
    void noEventIsAcceptedBeforeItIsCommitted() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(db, BROKER, trigger("t", to(subscriber)));
                Connection lock = db.pool.getConnection()) {
            lock.setAutoCommit(false);
            lock.createStatement().execute("lock table delivery in share mode"); // Reading goes on, writing waits.
            CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> post(broker.url, "1"));
            await().until(() -> db.waitingForLocks() > 0);
            broker.close();

            assertEquals(0, answer.join());
            lock.rollback();
        }
    }

    @Test
    void anEventThatCannotBeStoredIsNotAccepted() throws Exception {
        try (TestEventing broker = new TestEventing(db.pool, BROKER, trigger("t", to(subscriber)))) {
            db.execute("alter table delivery rename to elsewhere");
            assertEquals(503, broker.post(TestEventing.event("1", "t"), "{}").statusCode());

            db.execute("alter table elsewhere rename to delivery");
            broker.send("1", "t");
            await().until(() -> subscriber.ids().equals(List.of("1")));
        }
    }

    @Test
    void everyAcceptedEventArrivesHoweverOftenTheBrokerIsKilledInBetween() throws Exception {
        Subscriber next = new Subscriber();
        subscriber.answering(event -> Answer.event("reply-" + event.id(), "reply"));
        String[] manifests = {
            BROKER,
            trigger("first", to(subscriber) + ", filter: {attributes: {type: t}}"),
            trigger("next", to(next) + ", filter: {attributes: {type: reply}}")
        };
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        for (int life = 0; life < 3; life++) {
            try (BrokerProcess broker = new BrokerProcess(db, manifests);
                    var senders = Executors.newVirtualThreadPerTaskExecutor()) {
                CountDownLatch some = new CountDownLatch(100);
                for (int i = 0; i < 400; i++) {
                    String id = life + "-" + i;
                    senders.execute(() -> {
                        if (post(broker.url, id) == 202) {
                            accepted.add(id);
                            some.countDown();
                        }
                    });
                }
                some.await();
                broker.close(); // In the middle of accepting, delivering and replying.
            }
        }
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            await().until(() -> db.pending() == 0);
        }
        Set<String> delivered = new HashSet<>(subscriber.ids());
        Set<String> replies = new HashSet<>(next.ids());
        assertThat(accepted, everyItem(in(delivered)));
        assertThat(accepted.stream().map(id -> "reply-" + id).toList(), everyItem(in(replies)));
        next.close();
    }

    @Test
    void redeliveryAfterRestartKeepsAttemptCount() throws IOException, SQLException {
        subscriber.answering(event -> Answer.status(503));
        Subscriber deadLetters = new Subscriber();
        String[] manifests = {
            BROKER,
            trigger(
                    "t",
                    to(subscriber) + ", delivery: {retry: 2, backoffPolicy: linear, backoffDelay: PT1S,"
                            + " deadLetterSink: {uri: '%s'}}".formatted(deadLetters.url()))
        };
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            post(broker.url, "1");
            await().until(() -> db.attempts() == 1);
        }
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            await().until(() -> deadLetters.received.size() == 1);
        }
        assertEquals(3, subscriber.received.size());
        deadLetters.close();
    }

    @Test
    void aDeadLetterSurvivesAKilledBroker() throws IOException {
        subscriber.answering(event -> Answer.text(400, "unreadable"));
        Subscriber deadLetters = new Subscriber();
        deadLetters.close();
        String[] manifests = {
            BROKER,
            trigger(
                    "t",
                    to(subscriber) + ", delivery: {backoffPolicy: linear, backoffDelay: PT0.05S,"
                            + " deadLetterSink: {uri: '%s'}}".formatted(deadLetters.url()))
        };
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            post(broker.url, "1");
            await().until(() -> subscriber.received.size() == 1 && db.attempts() >= 2);
        }
        Subscriber back = new Subscriber(deadLetters.port());
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            await().until(() -> db.pending() == 0);
        }
        assertEquals(List.of("1"), back.ids());
        assertEquals("400", back.received.getFirst().headers().get("ce-knativeerrorcode"));
        assertEquals(1, subscriber.received.size());
        back.close();
    }

    @Test
    void aDeliveryUnderWayIsFinishedWhenTheBrokerStops() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        subscriber.answering(event -> {
            arrived.countDown();
            stopping.await();
            return Answer.status(202);
        });
        TestEventing broker = new TestEventing(db.pool, BROKER, trigger("t", to(subscriber)));
        broker.send("1", "t");
        arrived.await();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(broker::close);
        await().until(() -> isRefused(broker.url("default")));
        assertFalse(closed.isDone());
        stopping.countDown();
        closed.join();
        assertEquals(0, db.pending());
    }

    @Test
    void pendingDeliveriesOfATriggerThatIsGoneAreKept() throws Exception {
        subscriber.answering(event -> Answer.status(503));
        try (TestEventing broker = new TestEventing(
                db.pool, BROKER, trigger("t", to(subscriber) + ", delivery: {retry: 9, backoffDelay: PT1S}"))) {
            broker.send("1", "t");
            await().until(() -> db.attempts() == 1);
        }
        try (TestEventing broker = new TestEventing(db.pool, BROKER)) {
            broker.send("2", "t");
        }
        assertEquals(1, db.pending());
    }

    private static boolean isRefused(URI url) {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            return !socket.isConnected();
        } catch (IOException e) {
            return true;
        }
    }

    /** The status, or 0 if there was no answer. */
    private static int post(String url, String id) {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString("{}"));
            TestEventing.event(id, "t").forEach(request::header);
            return CLIENT.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
