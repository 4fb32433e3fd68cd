/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.event;
import static shop.localknative.eventing.TestEventing.to;
import static shop.localknative.eventing.TestEventing.trigger;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.localknative.eventing.Subscriber.Answer;

/**
 * The in-memory channel without {@code async-handler}: knative/eventing pkg/channel/fanout/fanout_event_handler.go (answers
 * after all subscriptions, an error of one is an error of all), pkg/channel/event_receiver.go (202 or 500),
 * pkg/kncloudevents/event_dispatcher.go (retries, reply, dead letter; every request in the publisher's context).
 */
class InMemoryChannelTest {
    private static final String QUICKLY = "backoffPolicy: exponential, backoffDelay: PT0.01S";

    private final Subscriber subscriber = new Subscriber();
    private final Subscriber other = new Subscriber();
    private final Subscriber deadLetters = new Subscriber();
    private TestEventing broker;

    @AfterEach
    void stop() {
        broker.close();
        subscriber.close();
        other.close();
        deadLetters.close();
    }

    private void broker(String... triggers) {
        String[] manifests = new String[triggers.length + 1];
        manifests[0] = BROKER;
        System.arraycopy(triggers, 0, manifests, 1, triggers.length);
        broker = TestEventing.inMemory(manifests);
    }

    private String buried(String more) {
        return "delivery: {deadLetterSink: {uri: '%s'}, %s, %s}".formatted(deadLetters.url(), QUICKLY, more);
    }

    private int send(String type) {
        return broker.post(event("1", type), "{}").statusCode();
    }

    @Test
    void publisherIsAnsweredAfterAllSubscribers() throws Exception {
        CountDownLatch later = new CountDownLatch(1);
        broker(trigger("quick", to(other)), trigger("slow", to(subscriber)));
        subscriber.answering(event -> {
            later.await();
            return Answer.status(204);
        });
        CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> send("t"));
        await().until(() -> subscriber.received.size() == 1 && other.received.size() == 1);
        Thread.sleep(500);
        assertFalse(answer.isDone());
        later.countDown();
        assertEquals(202, answer.join());
    }

    @Test
    void publisherIsAnsweredAfterTheSubscribersOfAReply() {
        broker(
                trigger("first", to(subscriber) + ", filter: {attributes: {type: placed}}"),
                trigger("second", to(other) + ", filter: {attributes: {type: authorized}}"));
        subscriber.answering(event -> Answer.event("r", "authorized"));
        assertEquals(202, send("placed"));
        assertEquals(List.of("r"), other.ids());
    }

    @Test
    void retriesAreOverWhenThePublisherIsAnswered() {
        AtomicInteger calls = new AtomicInteger();
        broker(trigger("t", to(subscriber) + ", delivery: {retry: 2, %s}".formatted(QUICKLY)));
        subscriber.answering(event -> Answer.status(calls.incrementAndGet() < 3 ? 503 : 204));
        assertEquals(202, send("t"));
        assertEquals(3, subscriber.received.size());
    }

    @Test
    void deadLetterIsAnAnswer() {
        broker(trigger("t", to(subscriber) + ", " + buried("retry: 1")));
        subscriber.answering(event -> Answer.text(503, "down"));
        assertEquals(202, send("t"));
        assertEquals(2, subscriber.received.size());
        assertEquals("503", deadLetters.received.getFirst().headers().get("ce-knativeerrorcode"));
    }

    @Test
    void publisherIsToldWhenNobodyTookTheEvent() {
        broker(trigger("without", to(subscriber) + ", delivery: {retry: 0}"), trigger("well", to(other)));
        subscriber.answering(event -> Answer.status(500));
        assertEquals(500, send("t"));
        assertEquals(List.of("1"), other.ids());
    }

    @Test
    void publisherIsToldWhenTheDeadLetterSinkFailsAsWell() {
        broker(trigger("t", to(subscriber) + ", " + buried("retry: 1")));
        subscriber.answering(event -> Answer.status(400));
        deadLetters.answering(event -> Answer.status(503));
        assertEquals(500, send("t"));
        assertEquals(2, deadLetters.received.size());
    }

    /** The request that carries a reply to the broker has the Trigger's time-out: what waits longer is done again. */
    @Test
    void replyWhoseSubscriberIsSlowerThanTheTimeoutIsDeliveredAgain() {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        broker(
                trigger(
                        "first",
                        to(subscriber) + ", filter: {attributes: {type: placed}}, "
                                + buried("retry: 1, timeout: PT1S")),
                trigger("second", to(other) + ", filter: {attributes: {type: authorized}}"));
        subscriber.answering(event -> Answer.event("r", "authorized"));
        other.answering(event -> {
            if (calls.getAndIncrement() == 0) {
                never.await();
            }
            return Answer.status(204);
        });
        assertEquals(202, send("placed"));
        assertEquals(List.of("1"), subscriber.ids());
        assertEquals(List.of("r", "r"), other.ids());
        never.countDown();
    }

    @Test
    void whatIsUnderWayIsBrokenOffWhenThePublisherGoesAway() throws Exception {
        broker(trigger(
                "t",
                to(subscriber) + ", "
                        + buried("retry: 20, backoffPolicy: linear, backoffDelay: PT0.1S")
                                .replace(QUICKLY + ", ", "")));
        subscriber.answering(event -> Answer.status(503));
        URI url = broker.url("default");
        try (Socket publisher = new Socket(url.getHost(), url.getPort())) {
            publisher.getOutputStream().write("""
                            POST /shop/default HTTP/1.1\r
                            Host: broker\r
                            ce-specversion: 1.0\r
                            ce-id: 1\r
                            ce-source: /tests\r
                            ce-type: t\r
                            Content-Length: 0\r
                            \r
                            """.getBytes(StandardCharsets.US_ASCII));
            await().until(() -> subscriber.received.size() >= 2);
        }
        Thread.sleep(500);
        int attempts = subscriber.received.size();
        Thread.sleep(3000);
        assertEquals(attempts, subscriber.received.size());
        assertEquals(List.of(), deadLetters.ids());
    }

    @Test
    void timedOutDeliveryIsADeadLetterThatSaysNothing() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        broker(trigger("t", to(subscriber) + ", " + buried("retry: 0, timeout: PT0.2S")));
        subscriber.answering(event -> {
            never.await();
            return Answer.status(204);
        });
        assertEquals(202, send("t"));
        assertThat(deadLetters.received.getFirst().headers().keySet(), everyItem(not(startsWith("ce-knativeerror"))));
        never.countDown();
    }

    @Test
    void eventThatNobodyWantsIsTaken() {
        broker(trigger("t", to(subscriber) + ", filter: {attributes: {type: other}}"));
        assertEquals(202, send("t"));
        assertEquals(List.of(), subscriber.ids());
    }
}
