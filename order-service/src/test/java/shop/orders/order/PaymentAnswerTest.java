/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.events.EventTypes.ORDER_CANCELLED;
import static shop.events.EventTypes.ORDER_CONFIRMED;
import static shop.events.EventTypes.ORDER_DELIVERED;
import static shop.events.EventTypes.ORDER_PLACED;
import static shop.events.EventTypes.ORDER_REJECTED;
import static shop.events.EventTypes.ORDER_SHIPPED;
import static shop.events.EventTypes.PAYMENT_AUTHORIZED;
import static shop.events.EventTypes.PAYMENT_DECLINED;
import static shop.events.EventTypes.REFUND_REQUESTED;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.change;
import static shop.orders.Shop.charged;
import static shop.orders.Shop.declined;
import static shop.orders.Shop.deliver;
import static shop.orders.Shop.history;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.published;
import static shop.orders.Shop.status;
import static shop.orders.Shop.stock;
import static shop.testkit.CloudEvents.binary;
import static shop.testkit.CloudEvents.structured;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.orders.OrdersResource;
import shop.testkit.Metrics;
import shop.testkit.RecordingBroker;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class PaymentAnswerTest {
    private final UUID buyer = UUID.randomUUID();

    OrdersResource surroundings;

    @Test
    void eventThatIsTooLongIsRefused() {
        problem(given().body("a".repeat(1 << 20 | 1)).post("/events"), 413, "request-entity-too-large");
    }

    @Test
    void authorizedPaymentConfirmsTheOrder() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        authorized(order);
        assertEquals("CONFIRMED", status(order));
        assertEquals(1, stock(sku));
        awaitPublished(order, ORDER_PLACED, ORDER_CONFIRMED);
        JsonPath confirmed =
                JsonPath.from(RecordingBroker.shared().about(order).getLast().body());
        assertEquals(buyer.toString(), confirmed.getString("userId"));
        assertEquals(1980, confirmed.getInt("total.amount"));
    }

    /** For the objective that it takes a minute at most. */
    @Test
    void theTimeFromPlacedToConfirmedIsMeasured() {
        double before = metric("order_confirmation_seconds_bucket{le=\"60.0\"}");
        authorized(placed(buyer, product(3), 2));
        assertEquals(before + 1, metric("order_confirmation_seconds_bucket{le=\"60.0\"}"));
    }

    @Test
    void chargeIsKeptOnTheOrder() {
        UUID order = placed(buyer, product(3), 2);
        asAdmin().get("/orders/" + order).then().body("$", not(hasKey("payment")));
        authorized(order);
        asAdmin()
                .get("/orders/" + order)
                .then()
                .body("payment.chargeId", equalTo("ch_1"))
                .body("payment.amount.amount", equalTo(1980))
                .body("payment.amount.currency", equalTo("EUR"));
    }

    /** Also when there is more than was asked for: whoever charged it was not asked to. */
    @ParameterizedTest
    @CsvSource({"1979, EUR", "1981, EUR", "1980, USD", "1980, eur", "0, EUR", "-1980, EUR", "9223372036854775807, EUR"})
    void paymentThatDiffersRejectsTheOrderIsRefundedAndAlarms(long amount, String currency) {
        double alarms = alarms();
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        charged(order, amount, currency);
        asAdmin()
                .get("/orders/" + order)
                .then()
                .body("status", equalTo("REJECTED"))
                .body("payment.amount.currency", equalTo(currency))
                .body("refund.status", equalTo("REQUESTED"));
        assertEquals(3, stock(sku));
        assertEquals(List.of("PLACED", "REJECTED"), history(order));
        awaitPublished(order, ORDER_PLACED, ORDER_REJECTED, REFUND_REQUESTED);
        assertTrue(alarms() > alarms);
    }

    @Test
    void paymentThatDiffersAlarmsAndChangesNothingOfAnOrderThatStands() {
        String sku = product(3);
        UUID order = in(OrderStatus.CONFIRMED, sku);
        double alarms = alarms();
        charged(order, 1, "EUR");
        deliver(newKey(), PAYMENT_AUTHORIZED, """
                {"orderId": "%s", "amount": {"amount": 990, "currency": "EUR"}, "chargeId": "another"}""".formatted(order));
        assertTrue(alarms() >= alarms + 2);
        asAdmin()
                .get("/orders/" + order)
                .then()
                .body("status", equalTo("CONFIRMED"))
                .body("payment.chargeId", equalTo("ch_1"))
                .body("payment.amount.amount", equalTo(990))
                .body("$", not(hasKey("refund")));
        assertEquals(2, stock(sku));
    }

    @Test
    void chargeIsTakenWhateverIsInIt() {
        UUID order = placed(buyer, product(3), 1);
        deliver(newKey(), PAYMENT_AUTHORIZED, """
                {"orderId": "%s", "amount": {"amount": 990, "currency": "E\\u0000R"}, "chargeId": "%s\\n\\u0000"}""".formatted(order, "c".repeat(3000)));
        assertEquals("REJECTED", status(order));
    }

    @Test
    void declinedPaymentRejectsTheOrderAndGivesTheStockBack() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        declined(order);
        assertEquals("REJECTED", status(order));
        assertEquals(3, stock(sku));
        awaitPublished(order, ORDER_PLACED, ORDER_REJECTED);
        assertEquals(
                "payment declined: card expired",
                JsonPath.from(RecordingBroker.shared().about(order).getLast().body())
                        .getString("reason"));
    }

    @Test
    void reasonIsTakenWhateverIsInIt() {
        UUID order = placed(buyer, product(3), 2);
        deliver(newKey(), EventTypes.PAYMENT_DECLINED, """
                {"orderId": "%s", "reason": "\\u0000 \uD83D\uDE00"}""".formatted(order));
        assertEquals("REJECTED", status(order));
    }

    /** RFC 8259, 8.2: it could only be kept as another reason. */
    @Test
    void reasonThatIsNoUnicodeIsRefused() {
        UUID order = placed(buyer, product(3), 2);
        problem(
                        binary(EventTypes.PAYMENT_DECLINED, "/test", newKey())
                                .contentType(ContentType.JSON)
                                .body("{\"orderId\": \"" + order + "\", \"reason\": \"\\ud800\"}")
                                .post("/events"),
                        400,
                        "invalid-request")
                .body("errors[0].name", equalTo("reason"));
        assertEquals("PLACED", status(order));
    }

    @Test
    void sameEventAgainChangesNothing() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        String id = newKey();
        String data = "{\"orderId\": \"%s\", \"reason\": \"no\"}".formatted(order);
        together(8, i -> {
            deliver(id, PAYMENT_DECLINED, data);
            return i;
        });
        assertEquals(List.of("PLACED", "REJECTED"), history(order));
        assertEquals(3, stock(sku));
        awaitPublished(order, ORDER_PLACED, ORDER_REJECTED);
    }

    /** The state before, the answer that comes, the state after. */
    @ParameterizedTest
    @CsvSource({
        "CONFIRMED, authorized",
        "CONFIRMED, declined",
        "SHIPPED,   authorized",
        "SHIPPED,   declined",
        "DELIVERED, authorized",
        "DELIVERED, declined",
        "REJECTED,  declined",
        "CANCELLED, declined",
    })
    void answerThatIsLateOrImpossibleChangesNothing(OrderStatus status, String answer) {
        String sku = product(3);
        UUID order = in(status, sku);
        int left = stock(sku);
        List<String> before = history(order);
        answer(order, answer);
        assertEquals(before, history(order));
        assertEquals(left, stock(sku));
    }

    /**
     * Events of one key are published in order: had the answer caused one, it would come before that of the next change. (A
     * delivered order has none that could tell.)
     */
    @ParameterizedTest
    @CsvSource({
        "CONFIRMED, authorized, ship,       " + ORDER_SHIPPED,
        "CONFIRMED, declined,   ship,       " + ORDER_SHIPPED,
        "SHIPPED,   authorized, deliver,    " + ORDER_DELIVERED,
        "SHIPPED,   declined,   deliver,    " + ORDER_DELIVERED,
        "REJECTED,  declined,   authorized, " + REFUND_REQUESTED,
        "CANCELLED, declined,   authorized, " + REFUND_REQUESTED,
    })
    void answerThatIsLateOrImpossiblePublishesNothing(OrderStatus status, String answer, String next, String event) {
        UUID order = in(status, product(3));
        answer(order, answer);
        if (next.equals("authorized")) {
            authorized(order);
        } else {
            change(order, next).then().statusCode(200);
        }
        String[] expected = Stream.concat(Stream.of(expectedEvents(status)), Stream.of(event))
                .toArray(String[]::new);
        awaitPublished(order, expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"REJECTED", "CANCELLED"})
    void authorizationThatComesTooLateIsRefunded(OrderStatus status) {
        String sku = product(3);
        UUID order = in(status, sku);
        awaitPublished(order, expectedEvents(status));
        authorized(order);
        assertEquals(status.name(), status(order));
        assertEquals(3, stock(sku));
        await().until(() -> published(order).size() == expectedEvents(status).length + 1);
        assertEquals(REFUND_REQUESTED, published(order).getLast());
    }

    @Test
    void answersAtTheSameTimeHaveOneWinner() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 1);
        together(8, i -> {
            answer(order, i % 2 == 0 ? "authorized" : "declined");
            return i;
        });
        assertEquals(2, history(order).size());
        assertEquals(status(order).equals("CONFIRMED") ? 2 : 3, stock(sku));
    }

    @Test
    void authorizationOfAnUnknownOrderIsRefunded() {
        UUID order = UUID.randomUUID();
        authorized(order);
        awaitPublished(order, REFUND_REQUESTED);
    }

    @Test
    void eventsThatMeanNothingHereAreAcknowledged() {
        declined(UUID.randomUUID());
        deliver(newKey(), "shop.payment.mentioned.v7", "{}");
    }

    @Test
    void structuredModeIsTakenToo() {
        UUID order = placed(buyer, product(1), 1);
        structured("""
                        {"specversion": "1.0", "id": "%s", "source": "/test", "type": "%s",
                         "data": {"orderId": "%s", "reason": "no", "unknown": true}}""".formatted(newKey(), PAYMENT_DECLINED, order))
                .post("/events")
                .then()
                .statusCode(204);
        assertEquals("REJECTED", status(order));
    }

    /** So that the broker does not retry it, but puts it to the dead letters at once. */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"orderId\": null}", "{\"orderId\": \"x\"}", "[]", "<a/>", ""})
    void dataThatCannotBeReadIsABadRequest(String data) {
        problem(
                binary(PAYMENT_AUTHORIZED, "/test", newKey())
                        .contentType(ContentType.JSON)
                        .body(data)
                        .post("/events"),
                400,
                "invalid-request");
        given().body("{}")
                .contentType("application/json")
                .post("/events")
                .then()
                .statusCode(400);
    }

    @Test
    void historyNamesTheEventThatCausedAChange() {
        UUID order = placed(buyer, product(1), 1);
        String id = newKey();
        deliver(id, PAYMENT_DECLINED, "{\"orderId\": \"%s\", \"reason\": \"no money\"}".formatted(order));
        asAdmin()
                .get("/orders/" + order + "/history")
                .then()
                .body("[0].cause", equalTo("placed"))
                .body("[1].status", equalTo("REJECTED"))
                .body("[1].cause", equalTo("payment declined: no money"))
                .body("[1].eventId", equalTo(id));
    }

    private double alarms() {
        return metric("shop_payments_wrong_total");
    }

    private double metric(String series) {
        return Metrics.value(surroundings.managementPort(), series);
    }

    private UUID in(OrderStatus status, String sku) {
        UUID order = placed(buyer, sku, 1);
        switch (status) {
            case REJECTED -> declined(order);
            case CANCELLED -> change(order, "cancel").then().statusCode(200);
            case CONFIRMED -> authorized(order);
            case SHIPPED -> {
                authorized(order);
                change(order, "ship").then().statusCode(200);
            }
            case DELIVERED -> {
                authorized(order);
                change(order, "ship").then().statusCode(200);
                change(order, "deliver").then().statusCode(200);
            }
            default -> throw new IllegalArgumentException(status.name());
        }
        assertEquals(status.name(), status(order));
        return order;
    }

    private static String[] expectedEvents(OrderStatus status) {
        return switch (status) {
            case REJECTED -> new String[] {ORDER_PLACED, ORDER_REJECTED};
            case CANCELLED -> new String[] {ORDER_PLACED, ORDER_CANCELLED, REFUND_REQUESTED};
            case CONFIRMED -> new String[] {ORDER_PLACED, ORDER_CONFIRMED};
            case SHIPPED -> new String[] {ORDER_PLACED, ORDER_CONFIRMED, ORDER_SHIPPED};
            case DELIVERED -> new String[] {ORDER_PLACED, ORDER_CONFIRMED, ORDER_SHIPPED, ORDER_DELIVERED};
            default -> throw new IllegalArgumentException(status.name());
        };
    }

    private static void answer(UUID order, String answer) {
        if (answer.equals("authorized")) {
            authorized(order);
        } else {
            declined(order);
        }
    }

    private static void awaitPublished(UUID order, String... types) {
        await().until(() -> published(order).size() >= types.length);
        assertEquals(List.of(types), published(order));
    }
}
