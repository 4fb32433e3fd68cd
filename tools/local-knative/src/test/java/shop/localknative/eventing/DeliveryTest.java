/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.to;
import static shop.localknative.eventing.TestEventing.trigger;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.localknative.eventing.Subscriber.Answer;
import shop.localknative.eventing.Subscriber.Answers;
import shop.localknative.eventing.Subscriber.Received;
import shop.localknative.network.Loopback;

class DeliveryTest extends EventingTest {

    private static final String RETRY_AFTER = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {namespace: knative-eventing, name: config-features}
            data: {delivery-retryafter: enabled}
            """;

    private static final String TRIGGER = "Bearer system:serviceaccount:shop:t-oidc-eventing.knative.dev-trigger for ";

    private TestEventing broker;

    @AfterEach
    void stop() {
        broker.close();
    }

    private void broker(String... triggers) {
        String[] manifests = new String[triggers.length + 1];
        manifests[0] = BROKER;
        System.arraycopy(triggers, 0, manifests, 1, triggers.length);
        broker = new TestEventing(db.pool, manifests);
    }

    private String delivery(String more) {
        return "delivery: {deadLetterSink: {uri: '%s'}, backoffPolicy: linear, backoffDelay: PT0.01S, %s}"
                .formatted(deadLetters.url(), more);
    }

    private void awaitEverythingDelivered() {
        await().until(() -> db.pending() == 0);
    }

    private Received deadLetter() {
        await().until(() -> !deadLetters.received.isEmpty());
        return deadLetters.received.getFirst();
    }

    private static String errorData(Received event) {
        return new String(
                Base64.getDecoder().decode(event.headers().get("ce-knativeerrordata")), StandardCharsets.UTF_8);
    }

    /** Fails the first times, with the given status codes. */
    private static Answers failing(Integer... codes) {
        AtomicInteger calls = new AtomicInteger();
        return event -> {
            int call = calls.getAndIncrement();
            return Answer.status(call < codes.length ? codes[call] : 202);
        };
    }

    @Test
    void replyIsRoutedOn() {
        Subscriber next = new Subscriber();
        broker(
                trigger("first", to(subscriber) + ", filter: {attributes: {type: placed}}"),
                trigger("second", to(next) + ", filter: {attributes: {type: authorized}}"));
        subscriber.answering(event -> Answer.event("reply-to-" + event.id(), "authorized"));
        broker.send("1", "placed");

        awaitEverythingDelivered();
        assertEquals(List.of("reply-to-1"), next.ids());
        Received reply = next.received.getFirst();
        assertEquals("/replies", reply.headers().get("ce-source"));
        assertEquals("{\"reply\": true}", reply.text());
        assertFalse(reply.headers().containsKey("ce-knativebrokerttl"));
    }

    @Test
    void aReplyThatTriggersItselfEnds() {
        broker(trigger("loop", to(subscriber) + ", " + delivery("retry: 3")));
        subscriber.answering(event -> Answer.event(event.id() + "x", "again"));
        broker.post(with(TestEventing.event("1", "t"), "ce-knativebrokerttl", "4"), "{}");

        Received looping = deadLetter();
        assertEquals(List.of("1", "1x", "1xx"), subscriber.ids());
        assertEquals("1xx", looping.id());
        assertEquals("400", looping.headers().get("ce-knativeerrorcode"));
        // event_dispatcher.go, send: who refused the reply was the broker.
        assertEquals(
                "http://broker-ingress.knative-eventing.svc.cluster.local/shop/default",
                looping.headers().get("ce-knativeerrordest"));
        assertThat(errorData(looping), containsString("passed on too often"));
    }

    @Test
    void malformedReplyIsAFailedDelivery() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 1")));
        subscriber.answering(event ->
                new Answer(200, Map.of("ce-specversion", "1.0", "ce-id", "r", "Content-Type", "text/plain"), "x"));
        broker.send("1", "t");

        assertUntold(deadLetter());
        assertEquals(List.of("1", "1"), subscriber.ids());
    }

    /**
     * The mt broker's dispatcher knows what went wrong from its filter's answer. Of a request that timed out there is none,
     * of a malformed reply a 502 without a body: its dead letters then say nothing of the failure (knative/eventing
     * pkg/kncloudevents/event_dispatcher.go, dispatchExecutionInfoTransformers; pkg/broker/filter/filter_handler.go,
     * writeResponse).
     */
    private static void assertUntold(Received deadLetter) {
        assertEquals("1", deadLetter.id());
        assertThat(deadLetter.headers().keySet(), everyItem(not(startsWith("ce-knativeerror"))));
    }

    @Test
    void aReplyThatNoParserUnderstandsIsAFailedDeliveryAsWell() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 0")));
        subscriber.answering(
                event -> new Answer(
                        200,
                        Map.of("Content-Type", "application/cloudevents+json"),
                        "{\"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"/s\", \"type\": \"t\", \"data_base64\": \"%\"}"));
        broker.send("1", "t");

        assertUntold(deadLetter());
        assertEquals(List.of("1"), subscriber.ids());
    }

    @Test
    void anAnswerThatIsNoEventIsAFailedDelivery() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 0")));
        subscriber.answering(event -> Answer.text(200, "hello"));
        broker.send("1", "t");

        assertUntold(deadLetter());
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 422})
    void nonRetryableStatusGoesToTheDeadLettersAtOnce(int status) {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 5")));
        subscriber.answering(event -> Answer.text(status, "no such order"));
        broker.send("1", "t");

        Received event = deadLetter();
        awaitEverythingDelivered();
        assertEquals(List.of("1"), subscriber.ids());
        assertEquals(List.of("1"), deadLetters.ids());
        assertEquals(subscriber.url(), event.headers().get("ce-knativeerrordest"));
        assertEquals(String.valueOf(status), event.headers().get("ce-knativeerrorcode"));
        assertEquals("no such order", errorData(event));
        assertEquals("t", event.headers().get("ce-type"));
        assertEquals("{}", event.text());
        assertNull(event.headers().get("prefer"));
    }

    @Test
    void passingFaultsAreRetried() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 7")));
        subscriber.answering(failing(404, 408, 409, 429, 500, 502, 503));
        broker.send("1", "t");

        awaitEverythingDelivered();
        assertEquals(8, subscriber.received.size());
        assertEquals(List.of(), deadLetters.ids());
    }

    @Test
    void retriesEndAtTheDeadLetterSink() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 2")));
        subscriber.answering(event -> Answer.text(503, "x".repeat(5000)));
        broker.send("1", "t");

        Received event = deadLetter();
        assertEquals(3, subscriber.received.size());
        assertEquals("503", event.headers().get("ce-knativeerrorcode"));
        assertEquals(1024, event.headers().get("ce-knativeerrordata").length());
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void retryAfterIsObeyed(int status) throws SQLException {
        broker(RETRY_AFTER, trigger("t", to(subscriber) + ", " + delivery("retry: 1, retryAfterMax: PT2H")));
        subscriber.answering(event -> new Answer(status, Map.of("Retry-After", "3600"), ""));
        broker.send("1", "t");

        await().until(() -> db.attempts() == 1);
        assertThat(db.secondsUntilDue(), greaterThan(3500L));
    }

    /** knative/eventing pkg/kncloudevents/retries.go, generateBackoffFn: only with retryAfterMax, while that is alpha. */
    @Test
    void retryAfterIsIgnoredWithoutAMaximum() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 1")));
        subscriber.answering(event -> new Answer(503, Map.of("Retry-After", "3600"), ""));
        broker.send("1", "t");

        deadLetter();
        assertEquals(2, subscriber.received.size());
    }

    /** knative/eventing pkg/utils/headers.go, PassThroughHeaders, and knative/pkg's propagator of trace context. */
    @Test
    void headersThatKnativePassesOnReachSubscriberReplyAndDeadLetterSink() throws Exception {
        Map<String, String> passed = Map.of(
                "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "tracestate", "a=1",
                "baggage", "k=v",
                "x-request-id", "r-1",
                "x-b3-traceid", "80f198ee56343ba8",
                "knative-colour", "blue");
        try (Subscriber replied = new Subscriber().answering(event -> Answer.status(400))) {
            broker(
                    trigger("t", to(subscriber) + ", filter: {attributes: {type: t}}, delivery: {format: json}"),
                    trigger("r", to(replied) + ", filter: {attributes: {type: reply}}, " + delivery("retry: 0")));
            subscriber.answering(event -> new Answer(
                    200,
                    Map.of(
                            "ce-specversion", "1.0",
                            "ce-id", "2",
                            "ce-source", "/s",
                            "ce-type", "reply",
                            "x-request-id", "r-2",
                            "traceparent", "of an answer, which has none",
                            "Content-Type", "application/json"),
                    "{}"));
            Map<String, String> event = new HashMap<>(TestEventing.event("1", "t"));
            event.putAll(passed);
            event.put("x-other", "not passed on");
            event.put("authorization", "Bearer secret");
            assertEquals(202, broker.post(event, "{}").statusCode());

            Map<String, String> dead = deadLetter().headers();
            Map<String, String> reply = replied.received.getFirst().headers();
            Map<String, String> first = subscriber.received.getFirst().headers();
            passed.forEach((name, value) -> assertEquals(value, first.get(name), name));
            for (var headers : List.of(reply, dead)) {
                for (String name : List.of("traceparent", "tracestate", "baggage")) {
                    assertEquals(passed.get(name), headers.get(name), name);
                }
                assertEquals("r-2", headers.get("x-request-id"));
                assertNull(headers.get("knative-colour"));
            }
            for (var headers : List.of(first, reply, dead)) {
                assertEquals("shop", headers.get("kn-namespace"));
                assertNull(headers.get("x-other"));
                assertNull(headers.get("authorization"));
            }
        }
    }

    /** The query of a reference to a Broker is no part of its path: Go's ResolveReference. */
    @Test
    void uriOfAQueryAloneLeavesTheBrokersPath() {
        broker(
                trigger(
                        "t",
                        "subscriber: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: other},"
                                + " uri: '?from=default'}"),
                TestEventing.BROKER.replace("name: default", "name: other"),
                trigger("o", to(subscriber)).replace("broker: default", "broker: other"));
        broker.send("1", "t");
        await().until(() -> !subscriber.received.isEmpty());
    }

    @Test
    void retryAfterIsObeyedUpToItsMaximum() {
        broker(RETRY_AFTER, trigger("t", to(subscriber) + ", " + delivery("retry: 1, retryAfterMax: PT0.05S")));
        subscriber.answering(event -> new Answer(429, Map.of("Retry-After", "3600"), ""));
        broker.send("1", "t");

        deadLetter();
        assertEquals(2, subscriber.received.size());
    }

    @Test
    void formatJsonSendsTheEventInStructuredModeAndItsDeadLetterToo() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 0, format: json")));
        subscriber.answering(event -> Answer.status(400));
        broker.post(with(TestEventing.event("1", "t"), "ce-subject", "caf%C3%A9"), "{ \"price\" : 1.10 }");

        deadLetter();
        Received event = subscriber.received.getFirst();
        assertEquals("application/cloudevents+json", event.headers().get("content-type"));
        assertEquals("reply", event.headers().get("prefer"));
        assertEquals(
                "{\"datacontenttype\":\"application/json\",\"id\":\"1\",\"source\":\"/tests\",\"specversion\":\"1.0\","
                        + "\"subject\":\"café\",\"type\":\"t\",\"data\":{ \"price\" : 1.10 }}",
                event.text());
        assertThat(deadLetter().text(), containsString("\"knativeerrorcode\":\"400\""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/plain             | hello | "data_base64":"aGVsbG8="
            application/json       | {     | "data_base64":"ew=="
            application/json       | 1 2   | "data_base64":"MSAy"
            application/foo+json   | [1]   | "data":[1]
            """)
    void formatJsonSendsWhatIsNotJsonAsBase64(String contentType, String data, String member) {
        broker(trigger("t", to(subscriber) + ", delivery: {format: json}"));
        broker.post(with(TestEventing.event("1", "t"), "Content-Type", contentType), data);

        awaitEverythingDelivered();
        assertThat(subscriber.received.getFirst().text(), containsString(member + "}"));
    }

    @Test
    void formatJsonOfVersion03SaysThatItIsBase64() {
        broker(trigger("t", to(subscriber) + ", delivery: {format: json}"));
        broker.post(Map.of("Content-Type", "application/cloudevents+json"), """
                {"specversion": "0.3", "id": "1", "source": "/tests", "type": "t", "datacontenttype": "text/plain",
                 "datacontentencoding": "base64", "data": "aGVsbG8="}
                """);

        awaitEverythingDelivered();
        assertThat(
                subscriber.received.getFirst().text(),
                containsString("\"datacontentencoding\":\"base64\",\"data\":\"aGVsbG8=\""));
    }

    @Test
    void anUnreachableSubscriberIsRetriedAndThenADeadLetter() {
        subscriber.close();
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 2")));
        broker.send("1", "t");

        Received event = deadLetter();
        assertEquals("500", event.headers().get("ce-knativeerrorcode"));
        assertThat(errorData(event), containsString("ConnectException"));
    }

    @Test
    void anAnswerThatIsTooLongIsAFailedDelivery() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 0")));
        subscriber.answering(event -> Answer.text(200, "x".repeat((1 << 20) + 1)));
        broker.send("1", "t");

        assertThat(errorData(deadLetter()), containsString("the answer is longer than 1048576 bytes"));
    }

    @Test
    void aRefusalThatIsTooLongIsStillTheRefusalThatItIs() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 3")));
        subscriber.answering(event -> Answer.text(400, "x".repeat(2 << 20)));
        broker.send("1", "t");

        assertEquals("400", deadLetter().headers().get("ce-knativeerrorcode"));
        assertEquals(List.of("1"), subscriber.ids());
    }

    @Test
    void aSubscriberThatTakesTooLongIsAFailedDelivery() {
        CountDownLatch never = new CountDownLatch(1);
        broker(trigger("t", to(subscriber) + ", " + delivery("timeout: PT0.1S, retry: 1")));
        subscriber.answering(event -> {
            never.await();
            return Answer.status(202);
        });
        broker.send("1", "t");

        assertUntold(deadLetter());
        assertEquals(List.of("1", "1"), subscriber.ids());
        never.countDown();
    }

    /** One that never answers, one that is dead: the third has got everything while the first is still at its limit. */
    @Test
    void slowAndDeadSubscribersDoNotDelayAnother() {
        int sideBySide = 32;
        int events = 10 * sideBySide;
        CountDownLatch later = new CountDownLatch(1);
        Subscriber slow = new Subscriber().answering(event -> {
            later.await();
            return Answer.status(202);
        });
        Subscriber dead = new Subscriber();
        dead.close();
        broker(
                trigger("slow", to(slow)),
                trigger("dead", to(dead) + ", delivery: {retry: 1000, backoffDelay: PT0.1S, backoffPolicy: linear}"),
                trigger("fast", to(subscriber)));
        broker.sendMany(events, "e", "t");

        await().until(() -> subscriber.received.size() == events && slow.received.size() == sideBySide);
        later.countDown();
        await().until(() -> db.pending() == events); // Those of the dead one.
        assertEquals(events, slow.received.size());
        slow.close();
    }

    /** Of two Triggers for the same host, too. */
    @Test
    void aSlowPathDoesNotDelayAnotherOfTheSameHost() {
        CountDownLatch later = new CountDownLatch(1);
        subscriber.answering(event -> {
            if (event.headers().get("ce-type").equals("slow")) {
                later.await();
            }
            return Answer.status(202);
        });
        broker(
                trigger("slow", to(subscriber) + ", filter: {attributes: {type: slow}}"),
                trigger("fast", to(subscriber) + ", filter: {attributes: {type: fast}}"));
        broker.sendMany(100, "slow", "slow");
        List<String> fast = broker.sendMany(100, "fast", "fast");

        await().until(() -> subscriber.ids().containsAll(fast));
        later.countDown();
        awaitEverythingDelivered();
    }

    @Test
    void aDeadDeadLetterSinkDoesNotDelayTheSubscriber() {
        CountDownLatch later = new CountDownLatch(1);
        deadLetters.answering(event -> {
            later.await();
            return Answer.status(202);
        });
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 0")));
        subscriber.answering(
                event -> Answer.status(event.headers().get("ce-type").equals("bad") ? 400 : 202));
        broker.sendMany(100, "bad", "bad");
        broker.send("good", "good");

        await().until(() -> subscriber.ids().contains("good") && db.pending() == 100);
        later.countDown();
        awaitEverythingDelivered();
        assertEquals(100, deadLetters.received.size());
    }

    @Test
    void aDeadLetterIsKeptUntilItsSinkTakesIt() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 1")));
        subscriber.answering(event -> Answer.status(400));
        deadLetters.answering(failing(500, 400, 404, 413, 503)); // More often than retry, and also what is not retried.
        broker.send("1", "t");

        awaitEverythingDelivered();
        assertEquals(6, deadLetters.received.size());
        assertEquals("400", deadLetters.received.getLast().headers().get("ce-knativeerrorcode"));
        assertEquals(List.of("1"), subscriber.ids());
    }

    /** Statuses that are not retried: knative/eventing pkg/kncloudevents/retries.go, SelectiveRetry. */
    @Test
    void aSinkThatRefusesForGoodIsShownUntilItTakesItsDeadLetters() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 0")));
        subscriber.answering(event -> Answer.status(400));
        deadLetters.answering(event -> Answer.status(event.id().equals("2") ? 503 : 415));
        broker.send("1", "t");
        broker.send("2", "t");
        broker.send("3", "t");

        var refused = new RefusedDeadLetters("shop/t", URI.create(deadLetters.url()), 415, 2);
        await().until(() -> broker.eventing.refusedDeadLetters().equals(List.of(refused)));
        assertThat(
                broker.eventing.metrics(),
                containsString(
                        "local_knative_refused_dead_letters{trigger=\"shop/t\",messaging_destination_name=\"%s\",http_response_status_code=\"415\",} 2.0"
                                .formatted(deadLetters.url())));
        deadLetters.answering(event -> Answer.status(204));
        awaitEverythingDelivered();
        assertEquals(List.of(), broker.eventing.refusedDeadLetters());
    }

    /**
     * The names and the attributes of knative/eventing pkg/broker/ingress/ingress_handler.go, pkg/broker/filter/filter_handler.go
     * and pkg/observability/key.go, as OpenTelemetry's exporter for Prometheus writes them.
     */
    @Test
    void eventsAndTheirDeliveriesAreCountedByTriggerTypeAndStatus() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 1")));
        subscriber.answering(failing(503));
        broker.send("1", "t");

        awaitEverythingDelivered();
        for (int status : new int[] {503, 202}) {
            assertThat(
                    broker.eventing.metrics(),
                    containsString(
                            "kn_eventing_dispatch_duration_seconds_count{otel_scope_name=\"knative.dev/pkg/broker/filter\",url_scheme=\"http\",messaging_system=\"knative\",messaging_operation_name=\"send\",kn_broker_name=\"default\",kn_broker_namespace=\"shop\",messaging_destination_name=\"trigger:t.shop\",cloudevents_type=\"t\",http_response_status_code=\"%d\",} 1.0"
                                    .formatted(status)));
        }
        assertThat(
                broker.eventing.metrics(),
                containsString(
                        "kn_eventing_dispatch_duration_seconds_count{otel_scope_name=\"knative.dev/pkg/broker/ingress\",url_scheme=\"http\",messaging_system=\"knative\",messaging_operation_name=\"send\",kn_broker_name=\"default\",kn_broker_namespace=\"shop\",messaging_destination_name=\"\",cloudevents_type=\"t\",http_response_status_code=\"202\",} 1.0"));
    }

    /** Whoever sends events must not fill the memory with names. */
    @Test
    void typesBeyondFortyNineAreCountedTogether() {
        broker();
        for (int i = 0; i < 60; i++) {
            broker.send(Integer.toString(i), "t" + i);
        }
        assertEquals(
                50,
                broker.eventing
                        .metrics()
                        .lines()
                        .filter(line -> line.startsWith("kn_eventing_dispatch_duration_seconds_count"))
                        .count());
        assertThat(
                broker.eventing.metrics(),
                containsString("cloudevents_type=\"_OTHER\",http_response_status_code=\"202\",} 11.0"));
    }

    @Test
    void aReplyThatNoSubscriberCouldReadIsADeadLetterAtOnce() {
        broker(trigger("t", to(subscriber) + ", filter: {attributes: {type: t}}, " + delivery("retry: 3")));
        subscriber.answering(event -> new Answer(
                200,
                Map.of("Content-Type", "application/cloudevents+json"),
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"%s\"}"
                        .formatted("x".repeat(Broker.MAX_HEADER_BYTES))));
        broker.send("1", "t");

        awaitEverythingDelivered();
        assertEquals(List.of("1"), subscriber.ids());
        assertEquals("431", deadLetters.received.getFirst().headers().get("ce-knativeerrorcode"));
    }

    @Test
    void theLongestEventFitsIntoADeadLetterWithATokenToo() {
        String sink = "{uri: '%s', audience: dead}".formatted(deadLetters.url());
        broker(trigger("t", to(subscriber) + ", delivery: {retry: 0, deadLetterSink: " + sink + "}"));
        subscriber.answering(event -> Answer.text(400, "x".repeat(2000)));
        Map<String, String> event = new HashMap<>(TestEventing.event("1", "t"));
        int rest = Broker.MAX_HEADER_BYTES
                - new Message(new TreeMap<>(event), new byte[0]).headerBytes()
                - "ce-long: \r\n".length();
        event.put("ce-long", "x".repeat(rest + 1));
        assertEquals(431, broker.post(event, "{}").statusCode());
        event.put("ce-long", "x".repeat(rest));
        assertEquals(202, broker.post(event, "{}").statusCode());

        awaitEverythingDelivered();
        Map<String, String> letter = deadLetters.received.getFirst().headers();
        assertEquals("x".repeat(rest), letter.get("ce-long"));
        int all = new Message(letter, new byte[0]).headerBytes();
        assertThat(all, lessThan(Loopback.MAX_HEADER_BYTES - 1500)); // a real token is longer than the test's
    }

    @Test
    void aDeadLetterSinkIsNotHammeredEvenWithoutBackoff() {
        broker(trigger(
                "t",
                to(subscriber)
                        + ", delivery: {backoffDelay: PT0S, deadLetterSink: {uri: '%s'}}"
                                .formatted(deadLetters.url())));
        subscriber.answering(event -> Answer.status(400));
        deadLetters.answering(failing(503, 503));
        broker.send("1", "t");

        awaitEverythingDelivered();
        Duration all = Duration.between(
                deadLetters.received.getFirst().at(),
                deadLetters.received.getLast().at());
        assertEquals(3, deadLetters.received.size());
        assertThat(all.toMillis(), greaterThanOrEqualTo(300L));
    }

    @Test
    void theBrokersDeliveryIsForTriggersThatHaveNone() {
        Subscriber other = new Subscriber();
        broker = new TestEventing(
                db.pool,
                BROKER + "spec: {%s}".formatted(delivery("retry: 2")),
                trigger("without", to(subscriber)),
                trigger("own", to(other) + ", delivery: {retry: 0}"));
        subscriber.answering(event -> Answer.status(500));
        other.answering(event -> Answer.status(500));
        broker.send("1", "t");

        awaitEverythingDelivered();
        assertEquals(3, subscriber.received.size());
        assertEquals(1, other.received.size());
        assertEquals(List.of("1", "1"), deadLetters.ids());
        other.close();
    }

    @Test
    void withoutADeadLetterSinkTheEventIsDropped() {
        broker(trigger("t", to(subscriber) + ", delivery: {retry: 1, backoffDelay: PT0.01S}"));
        subscriber.answering(event -> Answer.status(500));
        broker.send("1", "t");

        awaitEverythingDelivered();
        assertEquals(List.of("1", "1"), subscriber.ids());
    }

    @Test
    void aBrokerCanBeASubscriber() {
        broker = new TestEventing(
                db.pool,
                BROKER,
                BROKER.replace("default", "other"),
                trigger(
                        "forward",
                        "subscriber: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: other}}"),
                trigger("end", to(subscriber)).replace("broker: default", "broker: other"));
        broker.send("1", "t");

        await().until(() -> subscriber.ids().equals(List.of("1")));
        awaitEverythingDelivered();
    }

    @Test
    void theErrorNamesTheDestinationAsInACluster() {
        broker = new TestEventing(
                db.pool,
                BROKER,
                trigger(
                        "t",
                        "subscriber: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}, uri: /shop/none}, "
                                + delivery("retry: 0")));
        broker.send("1", "t");

        assertEquals(
                "http://broker-ingress.knative-eventing.svc.cluster.local/shop/none",
                deadLetter().headers().get("ce-knativeerrordest"));
        assertEquals("404", deadLetter().headers().get("ce-knativeerrorcode"));
        assertTrue(errorData(deadLetter()).startsWith("No broker here"));
    }

    private static Map<String, String> with(Map<String, String> headers, String name, String value) {
        Map<String, String> all = new java.util.HashMap<>(headers);
        all.put(name, value);
        return all;
    }

    /** Eventing, pkg/broker/filter/filter_handler.go: a token of the Trigger, for the audience of whom it is sent to. */
    @Test
    void whoNamesAnAudienceIsShownATokenOfTheTrigger() {
        broker(trigger(
                "t",
                "subscriber: {uri: '%s', audience: a}, delivery: {deadLetterSink: {uri: '%s', audience: b}}"
                        .formatted(subscriber.url(), deadLetters.url())));
        subscriber.answering(failing(400));
        broker.send("1", "a");
        assertEquals(TRIGGER + "b", deadLetter().headers().get("authorization"));
        assertEquals(TRIGGER + "a", subscriber.received.getFirst().headers().get("authorization"));
    }

    /** Eventing, pkg/reconciler/broker/trigger/trigger.go, resolveDeadLetterSink: with its audience. */
    @Test
    void theBrokersDeadLetterSinkIsShownATokenOfTheTrigger() {
        String delivery = "spec: {delivery: {deadLetterSink: {uri: '%s', audience: b}}}".formatted(deadLetters.url());
        broker = new TestEventing(db.pool, BROKER + delivery, trigger("t", to(subscriber)));
        subscriber.answering(failing(400));
        broker.send("1", "a");
        assertEquals(TRIGGER + "b", deadLetter().headers().get("authorization"));
    }

    /** Eventing, pkg/kncloudevents/event_dispatcher.go, createRequest. */
    @Test
    void whoNamesNoAudienceIsShownNoToken() {
        broker(trigger("t", to(subscriber) + ", " + delivery("retry: 0")));
        subscriber.answering(failing(400));
        broker.send("1", "a");
        assertNull(deadLetter().headers().get("authorization"));
        assertNull(subscriber.received.getFirst().headers().get("authorization"));
    }
}
