/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.annotated;
import static shop.localknative.eventing.TestEventing.event;
import static shop.localknative.eventing.TestEventing.to;
import static shop.localknative.eventing.TestEventing.trigger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shop.localknative.eventing.Subscriber.Answer;
import shop.localknative.eventing.Subscriber.Received;

/** {@code kafka.eventing.knative.dev/delivery.order: ordered}. */
class OrderTest extends EventingTest {
    private String ordered(String delivery) {
        return annotated(
                trigger(
                        "t",
                        to(subscriber)
                                + ", delivery: {backoffPolicy: linear, backoffDelay: PT0.01S, %s}".formatted(delivery)),
                "kafka.eventing.knative.dev/delivery.order",
                "ordered");
    }

    private static void send(TestEventing broker, String id, String key) {
        Map<String, String> headers = new HashMap<>(event(id, "t"));
        headers.put("ce-partitionkey", key);
        assertEquals(202, broker.post(headers, "{}").statusCode());
    }

    private static String key(Received event) {
        return event.headers().get("ce-partitionkey");
    }

    @Test
    void eventsOfAKeyArriveOneAfterTheOtherAlsoWhenSomeAreRetried() throws Exception {
        Map<String, List<String>> taken = new ConcurrentHashMap<>();
        Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();
        Set<Integer> together = ConcurrentHashMap.newKeySet();
        AtomicInteger calls = new AtomicInteger();
        subscriber.answering(event -> {
            AtomicInteger its = underWay.computeIfAbsent(key(event), k -> new AtomicInteger());
            together.add(its.incrementAndGet());
            boolean fails = calls.incrementAndGet() % 3 == 0;
            if (!fails) {
                taken.computeIfAbsent(key(event), k -> Collections.synchronizedList(new ArrayList<>()))
                        .add(event.id());
            }
            its.decrementAndGet();
            return Answer.status(fails ? 503 : 202);
        });
        try (TestEventing broker = new TestEventing(db.pool, BROKER, ordered("retry: 100"))) {
            IntStream.range(0, 120).forEach(i -> send(broker, "e" + i, "key" + i % 3));
            await().until(() -> db.pending() == 0);
        }

        for (int key = 0; key < 3; key++) {
            int its = key;
            assertEquals(
                    IntStream.range(0, 40).mapToObj(i -> "e" + (3 * i + its)).toList(), taken.get("key" + key));
        }
        assertEquals(Set.of(1), together);
    }

    @Test
    void aKeyWaitsForNoOther() throws Exception {
        CountDownLatch later = new CountDownLatch(1);
        subscriber.answering(event -> {
            if (key(event).equals("slow")) {
                later.await();
            }
            return Answer.status(202);
        });
        try (TestEventing broker = new TestEventing(db.pool, BROKER, ordered("retry: 0"))) {
            for (int i = 0; i < 50; i++) { // More than are delivered side by side.
                send(broker, "slow" + i, "slow");
            }
            send(broker, "1", "quick");
            send(broker, "2", "quick");
            await().until(() -> subscriber.ids().contains("2"));

            assertEquals(List.of("slow0", "1", "2"), subscriber.ids());
            later.countDown();
            await().until(() -> db.pending() == 0);
        }
        assertEquals(52, new HashSet<>(subscriber.ids()).size());
    }

    @Test
    void anEventThatGoesToTheDeadLettersHoldsUpItsKeyNoLonger() throws Exception {
        Subscriber dead = new Subscriber().answering(event -> Answer.status(503));
        subscriber.answering(event -> Answer.status(event.id().equals("poison") ? 400 : 202));
        try (TestEventing broker = new TestEventing(
                db.pool, BROKER, ordered("retry: 0, deadLetterSink: {uri: '%s'}".formatted(dead.url())))) {
            send(broker, "poison", "k");
            send(broker, "next", "k");
            await().until(() -> subscriber.ids().equals(List.of("poison", "next")) && db.pending() == 1);
        }
        dead.close();
    }

    @Test
    void anEventWithoutAKeyAndATriggerThatDoesNotAskWaitForNothing() throws Exception {
        CountDownLatch later = new CountDownLatch(1);
        subscriber.answering(event -> {
            if (event.id().equals("first")) {
                later.await();
            }
            return Answer.status(202);
        });
        Subscriber other = new Subscriber();
        try (TestEventing broker =
                new TestEventing(db.pool, BROKER, ordered("retry: 0"), trigger("other", to(other)))) {
            broker.send("first", "t");
            broker.send("second", "t");
            await().until(() -> subscriber.ids().contains("second"));
            later.countDown();
            await().until(() -> db.pending() == 0);
        }
        assertThat(subscriber.received.size() + other.received.size(), lessThan(5));
        other.close();
    }

    @Test
    void theOrderHoldsOverAKilledBroker() throws IOException {
        List<String> taken = Collections.synchronizedList(new ArrayList<>());
        subscriber.answering(event -> {
            boolean fails = event.id().equals("e0") && subscriber.received.size() < 5;
            if (!fails && !taken.contains(event.id())) { // What was taken may come again: it is at least once.
                taken.add(event.id());
            }
            return Answer.status(fails ? 503 : 202);
        });
        String[] manifests = {BROKER, ordered("retry: 100")};
        try (BrokerProcess broker = new BrokerProcess(db, manifests)) {
            IntStream.range(0, 30).forEach(i -> {
                Map<String, String> headers = new HashMap<>(event("e" + i, "t"));
                headers.put("ce-partitionkey", "k");
                assertEquals(202, DurabilityTest.post(broker.url, headers));
            });
            await().until(() -> subscriber.received.size() >= 2); // The first is being retried, the others wait.
        }
        for (int kills = 1; kills <= 3; kills++) {
            try (BrokerProcess _ = new BrokerProcess(db, manifests)) {
                int seen = taken.size() + kills;
                await().until(() -> taken.size() >= Math.min(seen, 30));
            }
        }
        try (BrokerProcess _ = new BrokerProcess(db, manifests)) {
            await().until(() -> db.pending() == 0);
        }
        assertEquals(IntStream.range(0, 30).mapToObj(i -> "e" + i).toList(), taken);
    }
}
