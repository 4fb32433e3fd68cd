/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import shop.events.EventTypes;
import shop.events.Uuids;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Outside;
import shop.functions.Party.Answer;

@QuarkusTest
@TestProfile(Exported.RefundPayment.class)
@WithTestResource(Outside.class)
class RefundPaymentTest {
    private final UUID order = UUID.randomUUID();

    Outside outside;

    @BeforeEach
    void anOrderThatIsOver() {
        outside.orderService.answers(order("CANCELLED"));
        outside.paymentProvider.answers(cancelled());
    }

    @ParameterizedTest
    @EnumSource
    void theProviderIsToldToCancelAtEachDelivery(Mode mode) {
        Event event = requested();
        Response reply = event.deliver(mode);
        reply.then().statusCode(200);
        assertEquals(EventTypes.PAYMENT_REFUNDED, mode.attribute(reply, "type"));
        assertEquals(EventTypes.REFUND_PAYMENT, mode.attribute(reply, "source"));
        assertEquals(order.toString(), mode.attribute(reply, "subject"));
        assertEquals(order.toString(), mode.attribute(reply, "partitionkey"));
        assertEquals(EventTypes.schemaOf(EventTypes.PAYMENT_REFUNDED), mode.attribute(reply, "dataschema"));
        assertEquals(
                Uuids.replyId("refundPayment", EventTypes.ORDER_SERVICE, event.id())
                        .toString(),
                mode.attribute(reply, "id"));
        assertEquals(order.toString(), mode.data(reply).getString("orderId"));
        Instant.parse(mode.data(reply).getString("refundedAt"));
        assertEquals(mode.attribute(reply, "id"), mode.attribute(event.deliver(mode), "id"));
        assertEquals(
                List.of("POST /charges/" + order + "/cancel", "POST /charges/" + order + "/cancel"),
                outside.paymentProvider.asked(order).stream()
                        .map(asked -> asked.request())
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void aProviderThatFailsIsAPassingFault(Mode mode) {
        outside.paymentProvider.answers(Answer.json(503, "{}"));
        Event event = requested();
        event.deliver(mode).then().statusCode(503).body("detail", containsString("PAYMENT_PROVIDER_URL"));
        outside.paymentProvider.answers(cancelled());
        event.deliver(mode).then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({"BINARY,REJECTED", "STRUCTURED,CANCELLED", "BINARY,EXPIRED"})
    void anOrderThatIsOverIsRefunded(Mode mode, String status) {
        outside.orderService.answers(order(status));
        requested().deliver(mode).then().statusCode(200);
        var asked = outside.orderService.asked(order).getFirst();
        assertEquals("GET /orders/" + order, asked.request());
        assertEquals("Bearer a-token", asked.authorization());
    }

    /** Whoever posts the event: whether money goes back is for the order to say. */
    @ParameterizedTest
    @CsvSource({"BINARY,PLACED", "STRUCTURED,CONFIRMED", "BINARY,SHIPPED", "STRUCTURED,DELIVERED", "BINARY,LOST"})
    void anOrderThatStandsIsNotRefunded(Mode mode, String status) {
        outside.orderService.answers(order(status));
        requested().deliver(mode).then().statusCode(400).body("detail", containsString("is " + status));
        assertEquals(List.of(), outside.paymentProvider.asked(order));
    }

    /** A charge for an order that the shop has lost is owed, too. */
    @ParameterizedTest
    @EnumSource
    void anUnknownOrderIsRefunded(Mode mode) {
        outside.orderService.answers(problem(404, "not-found"));
        requested().deliver(mode).then().statusCode(200);
        assertEquals(1, outside.paymentProvider.asked(order).size());
    }

    /** A gateway without a route answers 404, too, and an order-service of the release before 403. */
    @ParameterizedTest
    @EnumSource
    void anOrderServiceThatDoesNotSayIsAPassingFault(Mode mode) {
        Event event = requested();
        for (Answer answer : List.of(
                Answer.json(404, "{}"),
                problem(404, "other"),
                problem(403, "forbidden"),
                problem(503, "x"),
                Answer.LOST)) {
            outside.orderService.answers(answer);
            event.deliver(mode).then().statusCode(503).body("detail", containsString("ORDER_SERVICE_URL"));
        }
        assertEquals(List.of(), outside.paymentProvider.asked(order));
    }

    @ParameterizedTest
    @EnumSource
    void aRefundOfNoOrderIsRefused(Mode mode) {
        Event.of(EventTypes.REFUND_REQUESTED, EventTypes.ORDER_SERVICE, order, "{\"reason\": \"expired\"}")
                .deliver(mode)
                .then()
                .statusCode(400)
                .body("detail", containsString("data.orderId"));
    }

    private static Answer problem(int status, String type) {
        return exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
            byte[] body = "{\"type\": \"https://shop.example/problems/%s\"}"
                    .formatted(type)
                    .getBytes();
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        };
    }

    private Answer order(String status) {
        return Answer.json(200, """
                {"id": "%s", "status": "%s", "lines": []}""".formatted(order, status));
    }

    private Answer cancelled() {
        return Answer.json(200, """
                {"orderId": "%s", "status": "CANCELLED"}""".formatted(order));
    }

    private Event requested() {
        return Event.of(EventTypes.REFUND_REQUESTED, EventTypes.ORDER_SERVICE, order, """
                {"orderId": "%s", "reason": "expired", "requestedAt": "2026-01-02T03:04:05Z"}""".formatted(order));
    }
}
