/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
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
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shop.localknative.eventing.Subscriber.Answer;

class DurabilityTest extends EventingTest {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

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
        try (BrokerProcess _ = new BrokerProcess(db, manifests)) {
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
            broker.kill();

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
                broker.kill(); // In the middle of accepting, delivering and replying.
            }
        }
        try (BrokerProcess _ = new BrokerProcess(db, manifests)) {
            await().until(() -> db.pending() == 0);
        }
        Set<String> delivered = new HashSet<>(subscriber.ids());
        Set<String> replies = new HashSet<>(next.ids());
        assertThat(accepted, everyItem(in(delivered)));
        assertThat(accepted.stream().map(id -> "reply-" + id).toList(), everyItem(in(replies)));
        next.close();
    }

    /**
     * Kills at random points while events are accepted, delivered, retried and given up. Who sends them does as an
     * outbox does: an event is sent until it is accepted.
     */
    @Test
    void noneOfTenThousandEventsIsLostToAFailingSubscriberAndAnOftenKilledBroker() throws Exception {
        int events = 10_000;
        Random random = new Random();
        Set<String> reliable = ConcurrentHashMap.newKeySet();
        Set<String> failing = ConcurrentHashMap.newKeySet();
        Set<String> dead = ConcurrentHashMap.newKeySet();
        AtomicInteger failures = new AtomicInteger();
        subscriber.answering(event -> {
            reliable.add(event.id());
            return Answer.status(202);
        });
        Subscriber unreliable = new Subscriber().answering(event -> {
            if (random.nextInt(3) == 0) {
                failures.incrementAndGet();
                return Answer.status(503);
            }
            failing.add(event.id());
            return Answer.status(202);
        });
        Subscriber deadLetters = new Subscriber().answering(event -> {
            dead.add(event.id());
            return Answer.status(202);
        });
        String[] manifests = {
            BROKER,
            trigger("reliable", to(subscriber)),
            trigger(
                    "unreliable",
                    to(unreliable) + ", delivery: {retry: 2, backoffPolicy: linear, backoffDelay: PT0.05S,"
                            + " deadLetterSink: {uri: '%s'}}".formatted(deadLetters.url()))
        };
        int kills = 5;
        List<Integer> deliveriesUntilKill =
                random.ints(kills, 1, events).sorted().boxed().toList();
        AtomicReference<BrokerProcess> broker = new AtomicReference<>(new BrokerProcess(db, manifests));
        Semaphore sending = new Semaphore(100);
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < events; i++) {
                String id = "e" + i;
                senders.execute(() -> {
                    sending.acquireUninterruptibly();
                    while (post(broker.get().url, id) != 202) {
                        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                    }
                    sending.release();
                });
            }
            for (int deliveries : deliveriesUntilKill) {
                await().until(() -> reliable.size() >= deliveries);
                broker.get().close();
                broker.set(new BrokerProcess(db, manifests));
            }
        }
        await().until(() -> db.pending() == 0);
        broker.get().close();

        Set<String> takenOrDead = new HashSet<>(failing);
        takenOrDead.addAll(dead);
        System.out.printf(
                "%d events, killed after %s: %d taken by the reliable subscriber; of the other %d failures in %d"
                        + " attempts, %d taken, %d in the dead letters%n",
                events,
                deliveriesUntilKill,
                reliable.size(),
                failures.get(),
                unreliable.received.size(),
                failing.size(),
                dead.size());
        assertEquals(events, reliable.size());
        assertEquals(events, takenOrDead.size());
        assertThat(dead.size(), greaterThan(0));
        assertThat(failures.get(), greaterThan(unreliable.received.size() / 4));
        unreliable.close();
        deadLetters.close();
    }

    @Test
    void redeliveryAfterRestartKeepsAttemptCount() throws IOException, SQLException {
        subscriber.answering(event -> Answer.status(503));
        Subscriber deadLetters = new Subscriber();
        String[] manifests = {
            BROKER,
            trigger(
                    "t",
                    to(subscriber) + ", delivery: {retry: 2, backoffPolicy: exponential, backoffDelay: PT1H,"
                            + " deadLetterSink: {uri: '%s'}}".formatted(deadLetters.url()))
        };
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            post(broker.url, "1");
            await().until(() -> db.attempts() == 1);
        }
        try (TestEventing _ = TestEventing.ahead(Duration.ofHours(2), db.pool, manifests)) {
            await().until(() -> db.attempts() == 2);
        }
        try (TestEventing _ = TestEventing.ahead(Duration.ofHours(5), db.pool, manifests)) {
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
        try (BrokerProcess _ = new BrokerProcess(db, manifests)) {
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

    private static int post(String url, String id) {
        return post(url, TestEventing.event(id, "t"));
    }

    /** The status, or 0 if there was no answer. */
    static int post(String url, Map<String, String> event) {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString("{}"));
            event.forEach(request::header);
            return CLIENT.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
