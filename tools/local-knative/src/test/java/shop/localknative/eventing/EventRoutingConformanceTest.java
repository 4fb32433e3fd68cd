/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import shop.localknative.eventing.Subscriber.Answer;
import shop.localknative.eventing.Subscriber.Received;

/**
 * Knative Control Plane Contract: what it says about brokers that route and deliver. Its rules for the status of
 * resources are not for local-knative, which has manifests and no API server.
 *
 * <p>Not followed: "If a Trigger specifies any delivery options, (the Broker's delivery) MUST be ignored". Knative's own
 * brokers go on using the Broker's dead letter sink, and so does this one.
 */
class EventRoutingConformanceTest extends Conformance {

    @Test
    @DisplayName(
            "Requirements on request formatting MUST be enforced by the service implementation (e.g. by providing a"
                    + " 400 error to poorly-behaved clients)")
    void formatting() {
        triggers(trigger("retry: 0"));
        Stream.of("ce-specversion: 1.0\n", "ce-id: 1\n", "ce-source: /tests\n", "ce-type: t\n")
                .forEach(required ->
                        assertEquals(400, send(EVENT.replace(required, "")).status(), required));
        Stream.of("ce-time: noon", "ce-no_name: x", "ce-id: 2", "ce-knativebrokerttl: 1")
                .forEach(wrong -> assertEquals(400, send(eventWith(wrong)).status(), wrong));

        assertEquals(List.of(), received(subscriber));
    }

    @Test
    @DisplayName("The Broker MUST provide a status.address.url which accepts all valid CloudEvents and MUST attempt to"
            + " forward the received events for filtering to each associated Trigger")
    void forwarding() {
        triggers(
                trigger("a", subscriber, "a"), trigger("b", deadLetters, "b"), trigger("none", deadLetters, "nothing"));
        send(EVENT.replace("ce-type: t", "ce-type: a"));
        send(EVENT.replace("ce-type: t", "ce-type: b").replace("ce-id: 1", "ce-id: 2"));

        assertEquals("1", receivedOne(subscriber).id());
        assertEquals("2", receivedOne(deadLetters).id());
    }

    @Test
    @DisplayName(
            "Before acknowledging an event, the Broker MUST durably enqueue the event (where durability means that the"
                    + " Broker can retry event delivery beyond the duration of receiving the event)")
    void durable() throws Exception {
        subscriber.answering(event -> Answer.status(503));
        triggers(TestEventing.trigger("t", TestEventing.to(subscriber)));

        assertEquals(202, send(EVENT).status());
        assertEquals(1, db.pending());
    }

    @Test
    @DisplayName("For each event received by the Broker, the Broker MUST evaluate each associated Trigger exactly once")
    void once() {
        triggers(trigger("retry: 0"), trigger("two", deadLetters, "t"));
        for (int i = 0; i < 20; i++) {
            send(EVENT);
        }

        assertEquals(20, received(subscriber).size());
        assertEquals(20, received(deadLetters).size());
    }

    @Test
    @DisplayName("If multiple Triggers match an event, one event delivery MUST be generated for each match; duplicate"
            + " matches with the same destination MUST each generate separate event delivery attempts, one per Trigger"
            + " match")
    void eachMatch() {
        triggers(trigger("one", subscriber, "t"), trigger("two", subscriber, "t"), trigger("three", subscriber, "t"));
        send(EVENT);

        assertEquals(3, received(subscriber).size());
    }

    @Test
    @DisplayName("The implementation MUST NOT modify the event data in this process")
    void data() {
        triggers(trigger("retry: 0"));
        String data = " { \"a\" : 1.0e0,\r\n\t\"a\":\"\\u00e9 é\" } ";
        send(EVENT.replace("{}", data));

        assertEquals(data, receivedOne(subscriber).text());
    }

    @Test
    @DisplayName(
            "Reply events generated during event delivery MUST be re-enqueued by the Broker using the same routing and"
                    + " persistence as events delivered to the Broker's Addressable URL")
    void replies() throws Exception {
        triggers(
                trigger("t", subscriber, "t"),
                TestEventing.trigger("next", TestEventing.to(deadLetters) + ", filter: {attributes: {type: reply}}"));
        subscriber.answering(event -> Answer.event("r", "reply"));
        deadLetters.answering(event -> Answer.status(503));
        send(EVENT);

        await().until(() -> deadLetters.ids().contains("r"));
        assertEquals(1, db.pending());
    }

    @Test
    @DisplayName(
            "Reply events re-enqueued in this manner MUST be evaluated against all Triggers associated with the Broker,"
                    + " including the Trigger that generated the reply")
    void repliesToOneself() {
        triggers(trigger("retry: 0"), trigger("other", deadLetters, "t"));
        subscriber.answering(event -> event.id().equals("1") ? Answer.event("r", "t") : Answer.status(200));
        send(EVENT);

        assertEquals(
                List.of("1", "r"),
                received(subscriber).stream().map(Received::id).toList());
        assertEquals(
                List.of("1", "r"),
                received(deadLetters).stream().map(Received::id).sorted().toList());
    }

    @Test
    @DisplayName(
            "If the storage of the reply event in the Broker fails, the entire event delivery MUST be failed and the"
                    + " delivery to the Trigger's subscriber MUST be retried")
    void replyThatCanNotBeStored() throws Exception {
        triggers(trigger("t", subscriber, "t"), trigger("next", deadLetters, "reply"));
        db.execute("alter table delivery add constraint no_reply check (headers ->> 'ce-type' <> 'reply')");
        subscriber.answering(event -> Answer.event("r", "reply"));
        send(EVENT);

        await().until(() -> subscriber.received.size() >= 2);
        assertEquals(List.of(), deadLetters.ids());
        db.execute("alter table delivery drop constraint no_reply");
        assertEquals("r", receivedOne(deadLetters).id());
    }

    @Test
    @DisplayName("If the event delivery fails with a retryable error, it MUST be retried up to retry times (subject to"
            + " congestion control), following the backoffPolicy and backoffDelay parameters if specified")
    void retries() {
        triggers(TestEventing.trigger(
                "t",
                TestEventing.to(subscriber) + ", delivery: {retry: 3, backoffPolicy: linear, backoffDelay: PT0.1S}"));
        subscriber.answering(event -> Answer.status(500));
        send(EVENT);

        List<Received> all = received(subscriber);
        assertEquals(4, all.size());
        assertThat(
                Duration.between(all.getFirst().at(), all.getLast().at()),
                greaterThanOrEqualTo(Duration.ofMillis(0 + 100 + 200)));
    }

    @Test
    @DisplayName(
            "If the delivery attempt is successful and an event is returned in the reply, the reply event MUST be added"
                    + " to the Broker for processing (for Triggers)")
    void replyAfterARetry() {
        triggers(
                TestEventing.trigger(
                        "t",
                        TestEventing.to(subscriber)
                                + ", filter: {attributes: {type: t}}, delivery: {retry: 1, backoffDelay: PT0.01S}"),
                trigger("next", deadLetters, "reply"));
        AtomicInteger calls = new AtomicInteger();
        subscriber.answering(event -> calls.incrementAndGet() == 1 ? Answer.status(503) : Answer.event("r", "reply"));
        send(EVENT);

        assertEquals("r", receivedOne(deadLetters).id());
    }

    @Test
    @DisplayName(
            "If an event (either the initial event or a reply) cannot be delivered, the event MUST be delivered to the"
                    + " deadLetterSink in the delivery options")
    void deadLetterSink() {
        triggers(trigger("retry: 1"));
        subscriber.answering(event -> event.id().equals("1") ? Answer.event("r", "reply") : Answer.text(503, "down"));
        send(EVENT);

        Received dead = receivedOne(deadLetters);
        assertEquals("r", dead.id());
        assertEquals("503", dead.headers().get("ce-knativeerrorcode"));
        assertEquals("ZG93bg==", dead.headers().get("ce-knativeerrordata"));
    }

    @Test
    @DisplayName("If no deadLetterSink is specified, the event is dropped")
    void dropped() throws Exception {
        triggers(trigger("t", subscriber, "t"));
        subscriber.answering(event -> Answer.status(400));
        send(EVENT);

        receivedOne(subscriber);
        assertEquals(0, db.pending());
    }

    @Test
    @DisplayName("If delivery of the dead-letter event fails with a retryable error, the delivery to the deadLetterSink"
            + " SHOULD be retried up to retry times")
    void deadLettersAreRetried() {
        triggers(trigger("retry: 2"));
        subscriber.answering(event -> Answer.status(400));
        AtomicInteger calls = new AtomicInteger();
        deadLetters.answering(event -> Answer.status(calls.incrementAndGet() <= 2 ? 503 : 202));
        send(EVENT);

        assertEquals(3, received(deadLetters).size());
    }
}
