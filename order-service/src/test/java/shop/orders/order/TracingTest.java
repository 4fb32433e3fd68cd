/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.line;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.testkit.CloudEvents.binary;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.orders.OrdersResource;
import shop.testkit.RecordingBroker;
import shop.testkit.SpanReceiver;
import shop.testkit.SpanReceiver.Recorded;
import shop.testkit.Tokens;

/** Spans that requests and events leave where OTEL_EXPORTER_OTLP_ENDPOINT says (OpenTelemetry's semantic conventions). */
@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
@WithTestResource(SpanReceiver.class)
class TracingTest {
    private static final String CALLER = "b7ad6b7169203331";

    private final String trace = UUID.randomUUID().toString().replace("-", "");
    private String sku;
    SpanReceiver spans;

    @BeforeEach
    void somethingIsInStock() {
        sku = product(5);
    }

    @Test
    void anOrderIsTracedFromItsRequestToTheBroker() {
        UUID order =
                UUID.fromString(place("01").then().statusCode(201).extract().path("id"));

        Recorded request = span("POST /orders");
        assertEquals("order-service", request.service());
        assertEquals("SERVER", request.kind());
        assertEquals(CALLER, request.parent());
        assertEquals("201", request.attributes().get("http.response.status_code"));
        for (String statement : List.of("insert idempotency_keys", "insert orders", "insert outbox")) {
            assertEquals("CLIENT", span(statement).kind());
            assertEquals(request.id(), span(statement).parent(), statement);
        }
        Recorded publish = span("publish " + EventTypes.ORDER_PLACED);
        assertEquals("PRODUCER", publish.kind());
        assertEquals(request.id(), publish.parent());
        assertEquals(order.toString(), publish.attributes().get("cloudevents.event_subject"));

        var event = RecordingBroker.shared().about(order).getFirst().headers();
        assertEquals("00-%s-%s-01".formatted(trace, request.id()), event.get("ce-traceparent"));
        assertEquals("00-%s-%s-01".formatted(trace, publish.id()), event.get("traceparent"));
    }

    /** Semantic conventions for CloudEvents: the span that handles an event has a link to the one that made it. */
    @Test
    void anEventIsHandledBelowItsDelivery() {
        UUID order = placed(UUID.randomUUID(), sku, 1);
        String maker = "00f067aa0ba902b7";
        declined(order, "ce-traceparent", "00-%s-%s-01".formatted(trace, maker))
                .header("traceparent", "00-%s-%s-01".formatted(trace, CALLER))
                .post("/events")
                .then()
                .statusCode(204);

        Recorded handling = span("CloudEvents Process " + EventTypes.PAYMENT_DECLINED);
        assertEquals("CONSUMER", handling.kind());
        assertEquals(List.of(trace + "-" + maker), handling.links());
        assertEquals(span("POST /events").id(), handling.parent());
        assertEquals(CALLER, span("POST /events").parent());
        assertEquals(handling.id(), span("insert inbox").parent());
        assertEquals(handling.id(), span("publish " + EventTypes.ORDER_REJECTED).parent());
    }

    /** So do brokers that tell no hop, or start a trace at each delivery. */
    @Test
    void anEventThatComesFromAnotherTraceStaysInItsOwn() {
        UUID order = placed(UUID.randomUUID(), sku, 1);
        String brokers = UUID.randomUUID().toString().replace("-", "");
        declined(order, "ce-traceparent", "00-%s-%s-01".formatted(trace, CALLER))
                .header("traceparent", "00-%s-%s-01".formatted(brokers, CALLER))
                .post("/events")
                .then()
                .statusCode(204);

        assertEquals(CALLER, span("POST /events").parent());
        assertEquals(List.of(brokers + "-" + CALLER), span("POST /events").links());
    }

    /** W3C Trace Context, 3.2.2.5.1: the caller's decision is respected and passed on. */
    @Test
    void whatTheCallerDoesNotRecordIsNotRecorded() {
        UUID order =
                UUID.fromString(place("00").then().statusCode(201).extract().path("id"));
        String another = UUID.randomUUID().toString();
        asAdmin().header("traceparent", "00-%s-%s-01".formatted(trace, CALLER)).get("/orders/" + another);

        await().until(() -> !RecordingBroker.shared().about(order).isEmpty());
        assertTrue(RecordingBroker.shared()
                .about(order)
                .getFirst()
                .headers()
                .get("ce-traceparent")
                .matches("00-" + trace + "-[0-9a-f]{16}-00"));
        span("GET /orders/{id}");
        assertTrue(spans.of(trace).stream().noneMatch(span -> span.name().equals("POST /orders")));
    }

    /** Queries may name people. */
    @Test
    void nothingOfAQueryIsRecorded() {
        asAdmin()
                .header("traceparent", "00-%s-%s-01".formatted(trace, CALLER))
                .queryParam("userId", "someone@example.com")
                .get("/orders");
        assertEquals("/orders", span("GET /orders").attributes().get("url.path"));
        assertFalse(spans.of(trace).toString().contains("someone"));
    }

    private io.restassured.response.Response place(String flags) {
        return as(Tokens.customer(UUID.randomUUID()))
                .header("Idempotency-Key", newKey())
                .header("traceparent", "00-%s-%s-%s".formatted(trace, CALLER, flags))
                .body("{\"lines\": [%s], \"paymentToken\": \"tok_ok\"}".formatted(line(sku, 1)))
                .post("/orders");
    }

    private static RequestSpecification declined(UUID order, String header, String value) {
        return binary(EventTypes.PAYMENT_DECLINED, "/test", newKey())
                .contentType(ContentType.JSON)
                .header(header, value)
                .body("{\"orderId\": \"%s\", \"reason\": \"card expired\"}".formatted(order));
    }

    private Recorded span(String name) {
        return spans.await(trace, name);
    }
}
