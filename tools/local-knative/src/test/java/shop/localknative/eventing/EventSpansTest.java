/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.to;
import static shop.localknative.eventing.TestEventing.trigger;

import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.localknative.eventing.Subscriber.Answer;
import shop.localknative.eventing.Subscriber.Received;
import shop.localknative.network.Loopback;
import shop.localknative.tracing.TracePages;
import shop.localknative.tracing.Traces;

class EventSpansTest extends EventingTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String MADE = "00-%s-b7ad6b7169203331-01".formatted(TRACE);
    private static final String PUBLISHER = "00f067aa0ba902b7";

    private final Traces traces = Traces.open(Path.of(""));
    private final int port = Loopback.listen(VERTX, 0, new TracePages(Optional.of(traces)));
    private TestEventing broker;

    @AfterEach
    void stop() {
        broker.close();
    }

    @AfterAll
    static void end() {
        VERTX.close();
    }

    /**
     * CloudEvents' Distributed Tracing extension: no hop changes the event's traceparent, and each tells its own by the header.
     * So does Knative, whose broker passes extensions on as they are (pkg/broker/ingress/ingress_handler.go and
     * filter_handler.go) and sends with otelhttp's transport (pkg/kncloudevents/http_client.go).
     */
    @Test
    void retriesReplyAndDeadLetterArePartsOfTheEventsTrace() {
        try (Subscriber refusing = new Subscriber().answering(event -> Answer.status(400));
                Subscriber replied = new Subscriber()) {
            broker = TestEventing.traced(
                    db.pool,
                    traces,
                    BROKER,
                    trigger("replying", to(subscriber) + ", filter: {attributes: {type: t}}, " + delivery("retry: 1")),
                    trigger("refusing", to(refusing) + ", filter: {attributes: {type: t}}, " + delivery("retry: 0")),
                    trigger("replied", to(replied) + ", filter: {attributes: {type: reply}}"));
            subscriber.answering(
                    event -> subscriber.received.size() == 1 ? Answer.status(503) : Answer.event("2", "reply"));

            post(Map.of("ce-traceparent", MADE, "ce-subject", "4711", "traceparent", header(TRACE, PUBLISHER)));

            var names = List.of(
                    "broker:default.shop",
                    "trigger:replying.shop",
                    "trigger:replying.shop",
                    "reply broker:default.shop",
                    "trigger:replied.shop",
                    "trigger:refusing.shop",
                    "dead letter trigger:refusing.shop");
            await().until(() ->
                    names("/traces/" + TRACE).equals(names.stream().sorted().toList()));
            var trace = get("/traces/" + TRACE);
            String accepted = id(trace, "broker:default.shop");
            List<String> attempts = trace.getList("spans.findAll { it.name == 'trigger:replying.shop' }.spanId");
            assertEquals(PUBLISHER, parent(trace, "broker:default.shop"));
            assertEquals(accepted, parent(trace, "trigger:replying.shop"));
            assertEquals(accepted, parent(trace, "dead letter trigger:refusing.shop"));
            assertEquals(attempts.getLast(), parent(trace, "reply broker:default.shop"));
            assertEquals(id(trace, "reply broker:default.shop"), parent(trace, "trigger:replied.shop"));
            assertEquals(
                    List.of(503, 200),
                    trace.getList(
                            "spans.findAll { it.name == 'trigger:replying.shop' }.attributes.'http.response.status_code'"));
            assertEquals("4711", trace.getString("spans[0].attributes.'cloudevents.event_subject'"));

            Received dead = deadLetters.received.getFirst();
            Stream.of(subscriber.received.getFirst(), subscriber.received.getLast(), refusing.received.getFirst(), dead)
                    .forEach(event -> assertEquals(MADE, event.headers().get("ce-traceparent")));
            assertEquals(
                    attempts.stream().map(id -> header(TRACE, id)).toList(),
                    subscriber.received.stream()
                            .map(event -> event.headers().get("traceparent"))
                            .toList());
            assertEquals(
                    header(TRACE, id(trace, "dead letter trigger:refusing.shop")),
                    dead.headers().get("traceparent"));
        }
    }

    @Test
    void tracesAreFoundByTheIdOfAnEventAndByWhatItIsAbout() {
        broker = TestEventing.traced(db.pool, traces, BROKER);
        var event = new HashMap<>(TestEventing.event("über-1", "shop.order.placed.v1"));
        event.put("ce-id", "%C3%BCber-1");
        event.put("ce-subject", "4711");
        assertEquals(202, broker.post(event, "{}").statusCode());

        await().until(() -> get("/traces").getList("name").equals(List.of("broker:default.shop")));
        String trace = get("/traces").getString("[0].traceId");
        assertEquals(List.of(trace), get("/traces?event=über-1").getList("traceId"));
        assertEquals(List.of(trace), get("/traces?order=4711").getList("traceId"));
        assertEquals(List.of(trace), get("/traces?order=4711&event=über-1").getList("traceId"));
        for (String other : List.of("?user=4711", "?order=4712", "?order=4711&event=2", "/" + TRACE)) {
            RestAssured.get("http://127.0.0.1:%d/traces%s".formatted(port, other))
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json");
        }
    }

    /** W3C Trace Context, 2.3: a hop of another trace is not where the event came from; OpenTelemetry has links for that. */
    @Test
    void traceThatBeginsAtAHopIsLinked() {
        broker = TestEventing.traced(db.pool, traces, BROKER);
        String other = "4bf92f3577b34da6a3ce929d0e0e4736";
        post(Map.of("ce-traceparent", MADE, "traceparent", header(other, PUBLISHER)));

        await().until(() -> names("/traces").equals(List.of("broker:default.shop")));
        var trace = get("/traces/" + TRACE);
        assertEquals("b7ad6b7169203331", trace.getString("spans[0].parentSpanId"));
        assertEquals(other, trace.getString("spans[0].links[0].traceId"));
        assertEquals(PUBLISHER, trace.getString("spans[0].links[0].spanId"));
    }

    /** W3C Trace Context, 3.2.2.5.1: a caller that does not record asks others not to, either. */
    @Test
    void unsampledTraceIsPassedOnAndNotRecorded() {
        broker = TestEventing.traced(db.pool, traces, BROKER, trigger("t", to(subscriber)));
        String unsampled = MADE.replaceFirst("01$", "00");
        post(Map.of("traceparent", unsampled));

        await().until(() -> !subscriber.received.isEmpty());
        assertEquals(unsampled, subscriber.received.getFirst().headers().get("traceparent"));
        assertEquals(List.of(), get("/traces").getList(""));
    }

    /** As Knative's (pkg/adapter/v2/cloudevents.go): by the header, without an extension. */
    @Test
    void traceOfAPingBeginsAtItsSource() {
        broker = TestEventing.traced(db.pool, traces, BROKER, trigger("t", to(subscriber)), """
                apiVersion: sources.knative.dev/v1
                kind: PingSource
                metadata: {namespace: shop, name: clock}
                spec:
                  schedule: "* * * * * *"
                  sink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}
                """);
        await().until(() -> subscriber.received.size() > 1);

        var first = subscriber.received.getFirst().headers();
        assertEquals(null, first.get("ce-traceparent"));
        String path = "/traces/" + first.get("traceparent").split("-")[1];
        await().until(() ->
                names(path).equals(List.of("broker:default.shop", "pingsource:clock.shop", "trigger:t.shop")));
        var trace = get(path);
        assertEquals(null, parent(trace, "pingsource:clock.shop"));
        assertEquals(id(trace, "pingsource:clock.shop"), parent(trace, "broker:default.shop"));
        assertNotEquals(
                first.get("traceparent"),
                subscriber.received.getLast().headers().get("traceparent"));
        assertTrue(get("/traces").getList("").size() > 1);
    }

    private String delivery(String retry) {
        return "delivery: {deadLetterSink: {uri: '%s'}, backoffDelay: PT0.01S, %s}".formatted(deadLetters.url(), retry);
    }

    private static String header(String trace, String span) {
        return "00-%s-%s-01".formatted(trace, span);
    }

    private void post(Map<String, String> headers) {
        var event = new HashMap<>(TestEventing.event("1", "t"));
        event.putAll(headers);
        assertEquals(202, broker.post(event, "{}").statusCode());
    }

    private JsonPath get(String path) {
        return RestAssured.get("http://127.0.0.1:" + port + path).jsonPath();
    }

    /** Of the spans of a trace, or of the traces. */
    private List<String> names(String path) {
        var json = get(path);
        List<String> names = json.getList(path.equals("/traces") ? "name" : "spans.name");
        return names == null ? List.of() : names.stream().sorted().toList();
    }

    private static String id(JsonPath trace, String name) {
        return trace.getString("spans.find { it.name == '%s' }.spanId".formatted(name));
    }

    private static String parent(JsonPath trace, String name) {
        return trace.getString("spans.find { it.name == '%s' }.parentSpanId".formatted(name));
    }
}
