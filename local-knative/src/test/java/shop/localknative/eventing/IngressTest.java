package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.localknative.eventing.Subscriber.Received;

class IngressTest {

    private Database db;
    private Subscriber subscriber;
    private TestEventing broker;

    @BeforeEach
    void start() throws SQLException {
        db = new Database();
        subscriber = new Subscriber();
        broker = new TestEventing(
                db.pool,
                TestEventing.BROKER,
                TestEventing.trigger("all", TestEventing.to(subscriber)),
                TestEventing.trigger("none", TestEventing.to(subscriber) + ", filter: {attributes: {type: none}}"));
    }

    @AfterEach
    void stop() {
        broker.close();
        subscriber.close();
        db.close();
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
                {"specversion": "1.0", "id": "1", "source": "/tests", "type": "t", "subject": "café", "number": 7,
                 "datacontenttype": "application/json", "data": {"price": 12345678901234567890.10}}
                """);

        assertEquals(202, answer.statusCode());
        Received event = delivered();
        assertEquals("{\"price\":12345678901234567890.10}", event.text());
        assertEquals("caf%C3%A9", event.headers().get("ce-subject"));
        assertEquals("7", event.headers().get("ce-number"));
        assertEquals("application/json", event.headers().get("content-type"));
    }

    @Test
    void structuredModeWithBase64IsAccepted() {
        broker.post(Map.of("Content-Type", "application/cloudevents+json"), """
                {"specversion": "1.0", "id": "1", "source": "/tests", "type": "t",
                 "datacontenttype": "text/plain", "data_base64": "aGVsbG8="}
                """);

        assertEquals("hello", delivered().text());
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
            application/cloudevents+json       | {"specversion":"1.0"}                           | Missing mandatory id
            application/cloudevents+json       | {"specversion":"1.0","id":"","type":"t","source":"/s"} | must not be empty
            application/cloudevents+json       | {"specversion":"9","id":"1","type":"t","source":"/s"}  | Invalid specversion: 9
            application/cloudevents+json       | {"specversion":"1.0","id":"1","type":"t","source":"/s","time":"noon"} | time
            application/cloudevents-batch+json | []                                              | not supported: send one event
            application/cloudevents+xml        | <event/>                                        | not supported: send one event
            """)
    void whatIsNoEventIsRefusedWithTheReason(String contentType, String body, String reason) {
        var answer = broker.post(Map.of("Content-Type", contentType), body);

        assertEquals(400, answer.statusCode());
        assertThat(answer.body(), containsString(reason));
    }

    @Test
    void aBinaryEventWithoutARequiredAttributeIsRefused() {
        var headers = new HashMap<>(TestEventing.event("1", "t"));
        headers.remove("ce-source");
        var answer = broker.post(headers, "{}");

        assertEquals(400, answer.statusCode());
        assertThat(answer.body(), containsString("'source'"));
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
        for (String method : new String[] {"GET", "PUT", "DELETE", "OPTIONS"}) {
            var answer = broker.request(HttpRequest.newBuilder(url).method(method, BodyPublishers.noBody()));
            assertEquals(405, answer.statusCode(), method);
            assertEquals("POST", answer.headers().firstValue("Allow").orElseThrow());
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
