/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.in;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.localknative.eventing.Subscriber.Answer;
import shop.localknative.eventing.Subscriber.Received;

/**
 * Knative Eventing Data Plane Contract. Not a sentence to a broker: "Platform administrators SHOULD expose event-delivery
 * telemetry". Not a case: a 1xx as the answer, which HTTP/1.1 does not have.
 */
class DataPlaneConformanceTest extends Conformance {

    @Test
    @DisplayName("When not specified in this document, the CloudEvents HTTP bindings, version 1.0 and HTTP 1.1 protocol"
            + " standards MUST be followed")
    void http() {
        triggers(trigger("retry: 0"));
        String event = """
                POST /shop/default HTTP/1.1
                Host: broker
                CE-SpecVersion: 1.0
                Ce-Id:    1\s\s
                cE-sOURCE: /tests
                ce-type: t
                Content-Type: text/plain

                hello""";

        assertEquals(202, send(event).status());
        assertEquals("1", receivedOne(subscriber).headers().get("ce-id"));
        assertEquals(400, send("POST /shop/default HTTP/1.1\nce-id: 1\n\n").status()); // Without Host.
        assertEquals(404, send(EVENT.replace("/shop/default", "/shop/none")).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: hyperspace/9", "Upgrade: hyperspace/9, websocket", "Prefer: wait=10"})
    @DisplayName(
            "Compliant implementations SHOULD aim to interoperate by ignoring unrecognized negotiation options (such"
                    + " as HTTP Upgrade headers)")
    void unrecognizedNegotiation(String header) {
        triggers(trigger("retry: 0"));

        assertEquals(202, send(eventWith(header)).status());
        assertEquals("1", receivedOne(subscriber).id());
    }

    @Test
    @DisplayName("All senders and recipients MUST support the CloudEvents 1.0 protocol and the binary and structured"
            + " content modes (as a recipient)")
    void contentModesOfTheRecipient() {
        triggers(trigger("retry: 0"));

        assertEquals(202, send(EVENT).status());
        assertEquals(
                202,
                sendStructured(
                                "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/tests\",\"type\":\"t\",\"data\":{}}")
                        .status());
        await().until(() -> Set.copyOf(subscriber.ids()).equals(Set.of("1", "2")));
        assertThat(subscriber.received.stream().map(Received::text).toList(), everyItem(in(List.of("{}"))));
    }

    @Test
    @DisplayName("All senders and recipients MUST support the CloudEvents 1.0 protocol and the binary and structured"
            + " content modes (as a sender)")
    void contentModesOfTheSender() {
        triggers(
                trigger("retry: 0"),
                TestEventing.trigger("json", TestEventing.to(deadLetters) + ", delivery: {format: json}"));
        send(EVENT);

        assertEquals("1", receivedOne(subscriber).headers().get("ce-id"));
        assertThat(receivedOne(deadLetters).text(), containsString("\"id\":\"1\""));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("All senders and recipients MUST support the CloudEvents 1.0 protocol and the binary and structured"
            + " content modes (of replies)")
    void contentModesOfReplies(boolean structured) {
        triggers(trigger("t", subscriber, "t"), trigger("next", deadLetters, "reply"));
        subscriber.answering(event -> structured
                ? new Answer(
                        200,
                        Map.of("Content-Type", "application/cloudevents+json"),
                        "{\"specversion\":\"1.0\",\"id\":\"r\",\"source\":\"/r\",\"type\":\"reply\"}")
                : Answer.event("r", "reply"));
        send(EVENT);

        assertEquals("r", receivedOne(deadLetters).id());
    }

    @Test
    @DisplayName(
            "In the absence of specific delivery preferences, the sender MUST initiate delivery of the event to the"
                    + " recipient using the HTTP POST verb, using either the structured or binary encoding of the event")
    void post() {
        triggers(trigger("retry: 0"));
        send(EVENT);

        assertEquals("POST", receivedOne(subscriber).method());
    }

    @Test
    @DisplayName("This delivery MUST be performed using the CloudEvents HTTP Binding, version 1.x")
    void binding() {
        triggers(trigger("retry: 0"));
        send(EVENT);

        Received event = receivedOne(subscriber);
        assertEquals("1.0", event.headers().get("ce-specversion"));
        assertEquals("/tests", event.headers().get("ce-source"));
        assertEquals("t", event.headers().get("ce-type"));
        assertEquals("application/json", event.headers().get("content-type"));
        assertEquals("{}", event.text());
    }

    @Test
    @DisplayName("If implemented (HTTP OPTIONS), the recipient MUST indicate support for the POST verb using the Allow"
            + " header")
    void options() {
        triggers(trigger("retry: 0"));
        Wire answer = send("OPTIONS /shop/default HTTP/1.1\nHost: broker\n\n");

        assertEquals(200, answer.status());
        assertThat(answer.headers().get("allow"), containsString("POST"));
    }

    @Test
    @DisplayName("Senders which receive an error when probing with HTTP OPTIONS SHOULD proceed using the HTTP POST"
            + " mechanism")
    void noProbing() {
        triggers(trigger("retry: 0"));
        subscriber.answering(event -> Answer.status(event.method().equals("POST") ? 202 : 405));
        send(EVENT);

        assertEquals("POST", receivedOne(subscriber).method());
    }

    @Test
    @DisplayName("Event recipients MUST use the HTTP response code to indicate acceptance of an event")
    void responseCode() {
        triggers(trigger("retry: 0"));

        assertEquals(202, send(EVENT).status());
        assertEquals(400, send(EVENT.replace("ce-id: 1\n", "")).status());
        assertEquals(
                List.of("1"), received(subscriber).stream().map(Received::id).toList());
    }

    @Test
    @DisplayName(
            "The recipient SHOULD NOT return a response accepting the event until it has handled the event (processed"
                    + " the event or stored it in stable storage)")
    void acceptedMeansStored() throws Exception {
        triggers(trigger("retry: 0"));
        CompletableFuture<Wire> answer;
        try (Connection lock = db.pool.getConnection()) {
            lock.setAutoCommit(false);
            lock.createStatement().execute("lock table delivery in share mode");
            answer = CompletableFuture.supplyAsync(() -> send(EVENT));
            await().until(() -> db.waitingForLocks() > 0);

            assertFalse(answer.isDone());
            lock.rollback();
        }
        assertEquals(202, answer.join().status());
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 799, 999})
    @DisplayName("A response code not in this table SHOULD be treated as a retriable error")
    void unknownCodes(int status) {
        assertRetried(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 409, 429, 500, 501, 503, 599})
    @DisplayName("Where possible, event senders SHOULD re-attempt delivery of events where the HTTP request returned a"
            + " retryable status code")
    void retryableCodes(int status) {
        assertRetried(status);
    }

    private void assertRetried(int status) {
        triggers(trigger("retry: 2"));
        AtomicInteger calls = new AtomicInteger();
        subscriber.answering(event -> Answer.status(calls.incrementAndGet() <= 2 ? status : 202));
        send(EVENT);

        assertEquals(3, received(subscriber).size());
        assertEquals(0, deadLetters.received.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 203, 204, 206, 299})
    @DisplayName("Event senders MUST handle these response codes as errors or success as appropriate and implement"
            + " described success or failure behavior (2xx: delivery completed)")
    void success(int status) {
        triggers(trigger("retry: 2"));
        subscriber.answering(event -> Answer.status(status));
        send(EVENT);

        assertEquals("1", receivedOne(subscriber).id());
        assertEquals(0, deadLetters.received.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 304, 307, 308, 399, 400, 401, 402, 403, 405, 406, 410, 412, 413, 415, 422, 499})
    @DisplayName("Event senders MUST handle these response codes as errors or success as appropriate and implement"
            + " described success or failure behavior (3xx and other 4xx: an error that is not retried)")
    void errorThatIsNotRetried(int status) {
        triggers(trigger("retry: 2"));
        subscriber.answering(event -> new Answer(status, Map.of("Location", deadLetters.url()), ""));
        send(EVENT);

        Received dead = receivedOne(deadLetters);
        assertEquals(1, subscriber.received.size());
        assertEquals(subscriber.url(), dead.headers().get("ce-knativeerrordest"));
        assertEquals(String.valueOf(status), dead.headers().get("ce-knativeerrorcode"));
    }

    @Test
    @DisplayName(
            "Event recipients SHOULD NOT send these response codes (unspecified 1xx, 2xx and 3xx) in this spec version")
    void noUnspecifiedCodes() {
        triggers(trigger("retry: 0"));
        List<String> requests = List.of(
                EVENT,
                EVENT.replace("ce-type: t\n", ""),
                EVENT.replace("/shop/default", "/"),
                EVENT.replace("POST", "GET"),
                EVENT.replace("{}", "x".repeat((1 << 20) + 1)),
                "OPTIONS /shop/default HTTP/1.1\nHost: broker\n\n");

        assertEquals(
                List.of(202, 400, 404, 405, 413, 200),
                requests.stream().map(request -> send(request).status()).toList());
    }

    @Test
    @DisplayName("Recipients MUST accept duplicate delivery of events")
    void duplicates() {
        triggers(trigger("retry: 0"));

        assertEquals(202, send(EVENT).status());
        assertEquals(202, send(EVENT).status());
    }

    @Test
    @DisplayName("(If duplicate detection is implemented,) event recipients MUST use the source and id attributes to"
            + " identify duplicate events")
    void duplicatesAreNotMistaken() {
        triggers(trigger("retry: 0"));
        send(EVENT);
        send(EVENT.replace("/tests", "/others"));

        assertEquals(2, received(subscriber).size());
    }

    @Test
    @DisplayName("It is RECOMMENDED that event senders implement some form of congestion control (such as exponential"
            + " backoff) and delivery throttling when managing retry timing")
    void backoff() {
        triggers(TestEventing.trigger(
                "t",
                TestEventing.to(subscriber)
                        + ", delivery: {retry: 2, backoffPolicy: exponential, backoffDelay: PT0.1S}"));
        subscriber.answering(event -> Answer.status(503));
        send(EVENT);

        List<Received> all = received(subscriber);
        assertThat(between(all, 0), greaterThanOrEqualTo(Duration.ofMillis(100)));
        assertThat(between(all, 1), greaterThanOrEqualTo(Duration.ofMillis(200)));
    }

    private static Duration between(List<Received> attempts, int first) {
        return Duration.between(
                attempts.get(first).at(), attempts.get(first + 1).at());
    }

    @Test
    @DisplayName("Brokers and Channels MUST implement congestion control and MUST implement retries")
    void retriesByDefault() throws Exception {
        triggers(TestEventing.trigger("t", TestEventing.to(subscriber)));
        subscriber.answering(event -> Answer.status(503));
        send(EVENT);

        await().until(() -> subscriber.received.size() == 3);
        assertThat(between(subscriber.received, 0), greaterThanOrEqualTo(Duration.ofMillis(200)));
        assertThat(between(subscriber.received, 1), greaterThanOrEqualTo(Duration.ofMillis(400)));
    }

    @Test
    @DisplayName(
            "Brokers and Channels MUST indicate support for replies using the Prefer: reply header when sending to the"
                    + " spec.subscriber address")
    void prefer() {
        triggers(trigger("retry: 1"));
        subscriber.answering(event -> Answer.status(503));
        send(EVENT);

        assertEquals(
                List.of("reply", "reply"),
                received(subscriber).stream()
                        .map(event -> event.headers().get("prefer"))
                        .toList());
    }

    @Test
    @DisplayName("Responses with a 202 response code MUST NOT be processed as reply events")
    void acceptedIsNoReply() {
        triggers(trigger("t", subscriber, "t"), trigger("next", deadLetters, "reply"));
        subscriber.answering(event -> new Answer(202, Answer.event("r", "reply").headers(), "{}"));
        send(EVENT);

        assertEquals("1", receivedOne(subscriber).id());
        assertEquals(List.of(), deadLetters.ids());
    }

    @Test
    @DisplayName(
            "If a recipient chooses to reply to a sender with a 200 response code and a reply event in the absence of"
                    + " a Prefer: reply header from the sender, the sender SHOULD treat the event as accepted")
    void unexpectedReply() {
        Subscriber next = new Subscriber();
        triggers(trigger("retry: 0"), trigger("next", next, "reply"));
        subscriber.answering(event -> Answer.status(400));
        deadLetters.answering(event -> Answer.event("r", "reply"));
        send(EVENT);

        assertNull(receivedOne(deadLetters).headers().get("prefer"));
        assertEquals(List.of(), next.ids());
        next.close();
    }

    @Test
    @DisplayName("If a sender will process a reply event it MUST include the Prefer: reply header on the POST request")
    void preferWhereRepliesAreProcessed() {
        triggers(trigger("t", subscriber, "t"), trigger("next", deadLetters, "reply"));
        subscriber.answering(event ->
                "reply".equals(event.headers().get("prefer")) ? Answer.event("r", "reply") : Answer.status(400));
        send(EVENT);

        assertEquals("r", receivedOne(deadLetters).id());
    }
}
