/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.localknative.eventing.Subscriber.Received;
import shop.localknative.network.Loopback;
import shop.localknative.tracing.Spans;

class IngressTest extends EventingTest {

    private TestEventing broker;

    @BeforeEach
    void start() {
        broker = new TestEventing(
                db.pool,
                TestEventing.BROKER,
                TestEventing.trigger("all", TestEventing.to(subscriber)),
                TestEventing.trigger("none", TestEventing.to(subscriber) + ", filter: {attributes: {type: none}}"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Received delivered() {
        await().until(() -> !subscriber.received.isEmpty());
        return subscriber.received.getFirst();
    }

    private static Map<String, String> with(Map<String, String> headers, String... more) {
        Map<String, String> all = new HashMap<>(headers);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    /** Whatever its fault is: this one lacks its list of Triggers. */
    @Test
    void senderIsAnsweredWhenTheBrokerItselfFails() throws Exception {
        var broken = new Broker(URI.create("http://broker/shop/default"), null);
        var vertx = Vertx.vertx();
        try {
            int port = Loopback.listen(
                    vertx,
                    0,
                    new Ingress(
                            vertx,
                            Map.of("shop/default", broken),
                            nobody -> Optional.empty(),
                            new Metrics(),
                            new EventSpans(Spans.NONE)));
            HttpRequest.Builder event = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/shop/default".formatted(port)))
                    .timeout(Duration.ofSeconds(10))
                    .POST(BodyPublishers.ofString("{}"));
            TestEventing.event("1", "t").forEach(event::header);
            assertEquals(
                    503,
                    HttpClient.newHttpClient()
                            .send(event.build(), BodyHandlers.discarding())
                            .statusCode());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void binaryModeIsAcceptedAndPassedOnAsItIs() {
        String data = "{ \"price\" : 1.10 }";
        var answer = broker.post(
                with(
                        TestEventing.event("1", "t"),
                        "ce-subject",
                        "caf%C3%A9%20%22x%22",
                        "ce-time",
                        "2026-01-02T03:04:05.678Z",
                        "ce-dataschema",
                        "https://shop.example/schemas/t.json",
                        "ce-partitionkey",
                        "order-7",
                        "ce-traceparent",
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                data);

        assertEquals(202, answer.statusCode());
        assertEquals("", answer.body());
        Received event = delivered();
        assertEquals(data, event.text());
        assertEquals("1.0", event.headers().get("ce-specversion"));
        assertEquals("/tests", event.headers().get("ce-source"));
        assertEquals("t", event.headers().get("ce-type"));
        assertEquals("caf%C3%A9%20%22x%22", event.headers().get("ce-subject"));
        assertEquals("2026-01-02T03:04:05.678Z", event.headers().get("ce-time"));
        assertEquals("https://shop.example/schemas/t.json", event.headers().get("ce-dataschema"));
        assertEquals("order-7", event.headers().get("ce-partitionkey"));
        assertEquals(
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                event.headers().get("ce-traceparent"));
        assertEquals("application/json", event.headers().get("content-type"));
        assertEquals("reply", event.headers().get("prefer"));
    }

    @Test
    void anyBytesAreData() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(broker.url("default")).POST(BodyPublishers.ofByteArray(bytes));
        with(TestEventing.event("1", "t"), "Content-Type", "application/octet-stream")
                .forEach(request::header);

        assertEquals(202, broker.request(request).statusCode());
        assertArrayEquals(bytes, delivered().data());
    }

    @Test
    void structuredModeIsAccepted() {
        var answer = broker.post(Map.of("Content-Type", "Application/CloudEvents+JSON; charset=utf-8"), """
                {"specversion": "1.0", "id": "1", "source": "/tests", "type": "t", "subject": "café", "fooBar": 7,
                 "datacontenttype": "application/json", "data": {"price": 12345678901234567890.10}}
                """);

        assertEquals(202, answer.statusCode());
        Received event = delivered();
        assertEquals("{\"price\": 12345678901234567890.10}", event.text());
        assertEquals("caf%C3%A9", event.headers().get("ce-subject"));
        // Knative's brokers read it with the CloudEvents SDK for Go, SetExtension in v2/event/eventcontext_v1.go.
        assertEquals("7", event.headers().get("ce-foobar"));
        assertEquals("application/json", event.headers().get("content-type"));
    }

    @Test
    void version03StaysVersion03() {
        var answer = broker.post(
                with(TestEventing.event("1", "t"), "ce-specversion", "0.3", "ce-schemaurl", "/schema"), "{}");

        assertEquals(202, answer.statusCode());
        Received event = delivered();
        assertEquals("0.3", event.headers().get("ce-specversion"));
        assertEquals("/schema", event.headers().get("ce-schemaurl"));
    }

    @Test
    void anEventWithoutDataIsAccepted() {
        var headers = new HashMap<>(TestEventing.event("1", "t"));
        headers.remove("Content-Type");

        assertEquals(202, broker.post(headers, "").statusCode());
        Received event = delivered();
        assertEquals(0, event.data().length);
        assertFalse(event.headers().containsKey("content-type"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json                   | {}                                              | Not a CloudEvent: neither a ce-specversion header
            application/cloudevents+json       | nope                                            | Not a CloudEvent in JSON
            application/cloudevents+json       | null                                            | Not a CloudEvent in JSON
            application/cloudevents+json       | []                                              | Not a CloudEvent in JSON
            application/cloudevents+json       | {"specversion":"1.0"}                           | attribute 'id' is missing
            application/cloudevents+json       | {"specversion":"1.0","id":"","type":"t","source":"/s"} | missing or empty
            application/cloudevents+json       | {"specversion":"9","id":"1","type":"t","source":"/s"}  | Invalid specversion: 9
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","time":"noon"} | time
            application/cloudevents+json       | {"specversion":"1.0","id":7,"type":"t","source":"/s"}    | attribute 'id' must be a string
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","x":{}} | attribute 'x' must be a string, a boolean or an integer
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","x":1.5} | attribute 'x' must be a string, a boolean or an integer
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","x":2147483648} | attribute 'x' must be a string, a boolean or an integer
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","x":"\\ud800"} | attribute 'x' must be text
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","x":"\\u0000"} | attribute 'x' must be text
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","x_y":"x"} | can't be an attribute
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","ID":"2"} | can't be an attribute
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","id":"2"} | is there twice
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","datacontenttype":"application/cloudevents+json"} | must not be application/cloudevents+json
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s"} {} | more after the event
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","data":1,"data_base64":"YQ=="} | either data or data_base64
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","data_base64":"%"} | base64
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","data_base64":null} | base64
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","datacontenttype":"text/plain","data":{}} | must be a string
            application/cloudevents-batch+json | []                                              | not supported: send one event
            application/cloudevents+xml        | <event/>                                        | not supported: send one event
            """)
    void whatIsNoEventIsRefusedWithTheReason(String contentType, String body, String reason) {
        var answer = broker.post(Map.of("Content-Type", contentType), body);

        assertEquals(400, answer.statusCode());
        assertThat(answer.body(), containsString(reason));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ \"b\" :1,\t\"a\":\"\\u00e9\\/\\ud800\" }",
                "[1.10, -0, 1e400]",
                "\"\\u0041\"",
                "1.000",
                "{\"a\":1,\"a\":2}",
                "true",
                "null",
            })
    void theDataOfAStructuredEventIsNotWrittenAnew(String data) {
        broker.post(
                Map.of("Content-Type", "application/cloudevents+json"),
                "{\"specversion\":\"1.0\",\"data\" : %s ,\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}"
                        .formatted(data));

        assertEquals(data, delivered().text());
        assertEquals("application/json", delivered().headers().get("content-type"));
    }

    @Test
    void norIsThatOfALongOne() {
        String data = "[\"%s\" , \"é\"]".formatted("\\u00e9 é ".repeat(50_000));
        broker.post(
                Map.of("Content-Type", "application/cloudevents+json"),
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data\" : %s ,\"subject\":\"%s\"}"
                        .formatted(data, "x".repeat(5_000)));

        assertEquals(data, delivered().text());
    }

    @Test
    void attributesOfABinaryEventStayAsTheyAre() {
        Map<String, String> attributes = Map.of(
                "ce-time", "2026-01-02T03:04:05.000+00:00",
                "ce-lower", "caf%c3%a9",
                "ce-needless", "%41b",
                "ce-quoted", "\"a \\\" b\"",
                "ce-spaces", "a  b",
                "ce-percent", "100% of 5%",
                "ce-empty", "",
                "ce-dataschema", "HTTPS://Shop.example:443/a/../b");
        var headers = new HashMap<>(TestEventing.event("1", "t"));
        headers.putAll(attributes);

        assertEquals(202, broker.post(headers, "{}").statusCode());
        attributes.forEach(
                (name, value) -> assertEquals(value, delivered().headers().get(name), name));
    }

    @Test
    void compressedDataIsRefused() {
        var answer = broker.post(with(TestEventing.event("1", "t"), "Content-Encoding", "gzip"), "{}");

        assertEquals(400, answer.statusCode());
        assertThat(answer.body(), containsString("Content-Encoding gzip is not passed on"));
    }

    @Test
    void anAttributeThatIsThereTwiceIsRefused() {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(broker.url("default")).POST(BodyPublishers.ofString("{}"));
        TestEventing.event("1", "t").forEach(request::header);
        var answer = broker.request(request.header("ce-id", "2"));

        assertEquals(400, answer.statusCode());
        assertThat(answer.body(), containsString("ce-id is there twice"));
    }

    @Test
    void anUnknownBrokerIsNotFound() {
        for (String path : new String[] {"/", "/shop", "/shop/other", "/other/default", "/shop/default/more"}) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(broker.url("default").resolve(path)).POST(BodyPublishers.ofString("{}"));
            TestEventing.event("1", "t").forEach(request::header);
            assertEquals(404, broker.request(request).statusCode(), path);
        }
    }

    @Test
    void onlyPostIsAllowed() {
        URI url = broker.url("default");
        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            var answer = broker.request(HttpRequest.newBuilder(url).method(method, BodyPublishers.noBody()));
            assertEquals(405, answer.statusCode(), method);
            assertEquals("POST, OPTIONS", answer.headers().firstValue("Allow").orElseThrow());
        }
    }

    /** knative/eventing pkg/broker/ingress/ingress_handler.go, ServeHTTP: at every path. */
    @Test
    void optionsAllowEverybodyToSend() {
        for (String name : List.of("default", "unknown")) {
            var answer =
                    broker.request(HttpRequest.newBuilder(broker.url(name)).method("OPTIONS", BodyPublishers.noBody()));
            assertEquals(200, answer.statusCode());
            assertEquals("POST, OPTIONS", answer.headers().firstValue("Allow").orElseThrow());
            assertEquals(
                    "*", answer.headers().firstValue("WebHook-Allowed-Origin").orElseThrow());
            assertEquals(
                    "*", answer.headers().firstValue("WebHook-Allowed-Rate").orElseThrow());
        }
    }

    @Test
    void anEventThatIsTooLargeIsRefused() {
        assertEquals(
                202,
                broker.post(TestEventing.event("1", "t"), "x".repeat(1 << 20)).statusCode());
        assertEquals("x".repeat(1 << 20), delivered().text());
        var answer = broker.post(TestEventing.event("2", "t"), "x".repeat((1 << 20) + 1));

        assertEquals(413, answer.statusCode());
        assertThat(answer.body(), containsString("1048576 bytes"));
    }

    /** RFC 9112, 9.6: not even when the answer comes before the end of the request. */
    @Test
    void whoSendsMoreThanIsReadGetsTheAnswer() {
        for (int i = 0; i < 20; i++) {
            attributesThatNoSubscriberWouldReadAreRefused(4 << 20);
        }
    }

    /** RFC 6585, 5; the same answer as of Go's server in Knative's mt broker, and of Vert.x in its Kafka broker. */
    @ParameterizedTest
    @ValueSource(ints = {60 << 10, 63 << 10, 65 << 10, 4 << 20})
    void attributesThatNoSubscriberWouldReadAreRefused(int length) {
        assertEquals(
                431,
                broker.post(with(TestEventing.event("1", "t"), "ce-subject", "x".repeat(length)), "{}")
                        .statusCode());
    }

    @Test
    void inStructuredModeAsWellThoughTheyAreNoHeadersThere() {
        String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"%s\"}";
        var headers = Map.of("Content-Type", "application/cloudevents+json");
        assertEquals(
                202, broker.post(headers, event.formatted("x".repeat(59 << 10))).statusCode());
        assertEquals("x".repeat(59 << 10), delivered().headers().get("ce-subject"));
        // Percent-encoded, each is three bytes.
        var answer = broker.post(headers, event.formatted(" ".repeat(21 << 10)));
        assertEquals(431, answer.statusCode());
        assertThat(answer.body(), containsString("61440 bytes"));
    }

    @Test
    void anEventThatWasPassedOnTooOftenIsRefused() {
        var answer = broker.post(with(TestEventing.event("1", "t"), "ce-knativebrokerttl", "1"), "{}");

        assertEquals(400, answer.statusCode());
        assertThat(answer.body(), containsString("knativebrokerttl"));
    }

    @Test
    void theTimeToLiveIsNotShownToSubscribers() {
        assertEquals(
                202,
                broker.post(with(TestEventing.event("1", "t"), "ce-knativebrokerttl", "2"), "{}")
                        .statusCode());
        assertFalse(delivered().headers().containsKey("ce-knativebrokerttl"));
    }

    @Test
    void anEventThatNobodyWantsIsAcceptedAndForgotten() throws Exception {
        try (var lonely = new TestEventing(db.pool, TestEventing.BROKER)) {
            lonely.send("1", "t");
        }
        assertEquals(0, db.pending());
    }

    @Test
    void manyAtOnceAreAllStored() {
        List<String> ids = broker.sendMany(500, "e", "t");

        await().until(() -> subscriber.received.size() >= ids.size() && db.pending() == 0);
        assertEquals(
                ids.stream().sorted().toList(),
                subscriber.ids().stream().sorted().toList());
    }
}
