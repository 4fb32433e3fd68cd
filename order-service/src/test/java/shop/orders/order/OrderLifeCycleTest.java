/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.change;
import static shop.orders.Shop.declined;
import static shop.orders.Shop.history;
import static shop.orders.Shop.line;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.order;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.published;
import static shop.orders.Shop.status;
import static shop.orders.Shop.stock;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.orders.OrdersResource;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class OrderLifeCycleTest {
    private final UUID buyer = UUID.randomUUID();

    /** RFC 9110, 13.1.1: a change of the state that was read, or none. */
    @Test
    void orderChangesFromTheStateThatWasRead() {
        UUID order = placed(buyer, product(5), 2);
        String placed = tag(order);
        problem(changeIf("\"x\"", order, "cancel"), 412, "precondition-failed");
        authorized(order);
        for (String verb : List.of("ship", "cancel")) {
            problem(changeIf(placed, order, verb), 412, "precondition-failed");
        }
        changeIf(tag(order), order, "ship").then().statusCode(200);
        problem(changeIf(placed, order, "deliver"), 412, "precondition-failed");
        assertEquals("SHIPPED", status(order));
    }

    /** RFC 9110, 13.1.2 and 15.4.5; RFC 9111, 5.2.2.5. */
    @Test
    void whatIsReadIsNotModifiedUntilItChanges() {
        UUID order = placed(buyer, product(5), 2);
        authorized(order);
        List<String> paths = List.of("/orders/" + order, "/orders/" + order + "/history", "/orders?userId=" + buyer);
        for (String path : paths) {
            String tag = asAdmin().get(path).header("ETag");
            asAdmin()
                    .header("If-None-Match", tag)
                    .get(path)
                    .then()
                    .statusCode(304)
                    .header("Cache-Control", "private, no-store");
        }
        String tag = tag(order);
        change(order, "ship").then().statusCode(200);
        asAdmin().header("If-None-Match", tag).get("/orders/" + order).then().statusCode(200);
    }

    private static Response changeIf(String tag, UUID order, String verb) {
        return asAdmin().header("If-Match", tag).post("/orders/" + order + "/" + verb);
    }

    private static String tag(UUID order) {
        return asAdmin().get("/orders/" + order).header("ETag");
    }

    @Test
    void confirmedOrderIsShippedAndDelivered() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 1);
        authorized(order);
        change(order, "ship").then().statusCode(200).body("status", equalTo("SHIPPED"));
        change(order, "deliver").then().statusCode(200).body("status", equalTo("DELIVERED"));
        assertEquals(List.of("PLACED", "CONFIRMED", "SHIPPED", "DELIVERED"), history(order));
        assertEquals(2, stock(sku));
        await().until(() -> published(order)
                .equals(List.of(
                        EventTypes.ORDER_PLACED,
                        EventTypes.ORDER_CONFIRMED,
                        EventTypes.ORDER_SHIPPED,
                        EventTypes.ORDER_DELIVERED)));
    }

    @Test
    void placedOrderIsCancelledItsStockGivenBackAndARefundRequested() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        as(Tokens.customer(buyer))
                .post("/orders/" + order + "/cancel")
                .then()
                .statusCode(200)
                .body("status", equalTo("CANCELLED"));
        assertEquals(3, stock(sku));
        await().until(() -> published(order)
                .equals(List.of(EventTypes.ORDER_PLACED, EventTypes.ORDER_CANCELLED, EventTypes.REFUND_REQUESTED)));
    }

    @Test
    void confirmedOrderIsCancelledItsStockGivenBackAndARefundRequested() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        authorized(order);
        change(order, "cancel").then().statusCode(200).body("status", equalTo("CANCELLED"));
        assertEquals(3, stock(sku));
        await().until(() -> published(order)
                .equals(List.of(
                        EventTypes.ORDER_PLACED,
                        EventTypes.ORDER_CONFIRMED,
                        EventTypes.ORDER_CANCELLED,
                        EventTypes.REFUND_REQUESTED)));
    }

    @Test
    void everyLineGoesBackToStock() {
        String a = product(3);
        String b = product(3);
        String id = order(newKey(), buyer, line(a, 2), line(b, 3)).path("id");
        change(UUID.fromString(id), "cancel").then().statusCode(200);
        assertEquals(3, stock(a));
        assertEquals(3, stock(b));
    }

    @Test
    void historyTellsWhenAndWhyAndWhoCancelled() {
        UUID own = placed(buyer, product(1), 1);
        as(Tokens.customer(buyer)).post("/orders/" + own + "/cancel").then().statusCode(200);
        List<String> times = asAdmin()
                .get("/orders/" + own + "/history")
                .then()
                .body("cause", equalTo(List.of("placed", "cancelled by customer")))
                .extract()
                .path("at");
        assertTrue(Instant.parse(times.getFirst()).isBefore(Instant.parse(times.getLast())));

        UUID anothers = placed(buyer, product(1), 1);
        change(anothers, "cancel").then().statusCode(200);
        asAdmin().get("/orders/" + anothers + "/history").then().body("[1].cause", equalTo("cancelled by admin"));
    }

    @Test
    void impossibleTransitionIsAConflictThatNamesTheState() {
        UUID order = placed(buyer, product(3), 1);
        impossible(order, "PLACED", "ship", "deliver");
        authorized(order);
        impossible(order, "CONFIRMED", "deliver");
        change(order, "ship").then().statusCode(200);
        impossible(order, "SHIPPED", "cancel");
        change(order, "deliver").then().statusCode(200);
        impossible(order, "DELIVERED", "cancel");

        UUID rejected = placed(buyer, product(3), 1);
        declined(rejected);
        impossible(rejected, "REJECTED", "ship", "deliver", "cancel");

        UUID cancelled = placed(buyer, product(3), 1);
        change(cancelled, "cancel").then().statusCode(200);
        impossible(cancelled, "CANCELLED", "ship", "deliver");
    }

    /** As after a lost answer: RFC 9110, section 9.2.2, leaves it to the server whether a POST may be repeated. */
    @Test
    void changeThatComesAgainIsAnsweredAsTheFirstTimeAndChangesNothing() {
        UUID order = placed(buyer, product(3), 1);
        authorized(order);
        repeated(order, "ship", "SHIPPED");
        repeated(order, "deliver", "DELIVERED");
        change(order, "ship").then().statusCode(200).body("status", equalTo("DELIVERED"));
        assertEquals(List.of("PLACED", "CONFIRMED", "SHIPPED", "DELIVERED"), history(order));

        UUID cancelled = placed(buyer, product(3), 1);
        repeated(cancelled, "cancel", "CANCELLED");
        assertEquals(List.of("PLACED", "CANCELLED"), history(cancelled));
        await().until(() -> published(cancelled)
                .equals(List.of(EventTypes.ORDER_PLACED, EventTypes.ORDER_CANCELLED, EventTypes.REFUND_REQUESTED)));
    }

    @Test
    void cancelledManyTimesAtOnceGivesTheStockBackOnce() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        List<Integer> statuses = together(8, i -> change(order, "cancel").statusCode());
        assertEquals(8, Collections.frequency(statuses, 200));
        assertEquals(List.of("PLACED", "CANCELLED"), history(order));
        assertEquals(3, stock(sku));
    }

    @Test
    void shippedAndCancelledAtOnceHaveOneWinner() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 1);
        authorized(order);
        List<Integer> statuses =
                together(2, i -> change(order, i == 0 ? "ship" : "cancel").statusCode());
        assertEquals(1, Collections.frequency(statuses, 200));
        assertEquals(status(order).equals("SHIPPED") ? 2 : 3, stock(sku));
    }

    @Test
    void whatDoesNotExistIsNotFound() {
        UUID order = UUID.randomUUID();
        problem(asAdmin().get("/orders/" + order), 404, "not-found");
        problem(asAdmin().get("/orders/" + order + "/history"), 404, "not-found");
        for (String verb : List.of("cancel", "ship", "deliver")) {
            problem(change(order, verb), 404, "not-found").body("detail", containsString(order.toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /orders/1-1-1-1-1",
                "GET /orders/1-1-1-1-1/history",
                "POST /orders/1-1-1-1-1/cancel",
                "POST /orders/1-1-1-1-1/ship",
                "POST /orders/1-1-1-1-1/deliver"
            })
    void idThatIsNoneIsNamed(String operation) {
        String[] request = operation.split(" ");
        problem(asAdmin().request(request[0], request[1]), 400, "invalid-request")
                .body("errors[0].in", equalTo("path"))
                .body("errors[0].name", equalTo("id"));
    }

    /** RFC 9110, 13.1.1: what has happened already may be told again, though the tag is that of before. */
    @Test
    void changeThatComesAgainWithTheTagOfItsFirstTimeIsAnsweredAsThen() {
        UUID order = placed(buyer, product(3), 1);
        String placed = tag(order);
        for (int again = 0; again < 2; again++) {
            changeIf(placed, order, "cancel").then().statusCode(200).body("status", equalTo("CANCELLED"));
        }
    }

    private static void repeated(UUID order, String verb, String status) {
        String first = change(order, verb)
                .then()
                .statusCode(200)
                .body("status", equalTo(status))
                .extract()
                .asString();
        assertEquals(first, change(order, verb).then().statusCode(200).extract().asString());
    }

    private static void impossible(UUID order, String status, String... verbs) {
        for (String verb : verbs) {
            problem(change(order, verb), 409, "impossible-transition").body("detail", containsString(status));
        }
        assertEquals(status, status(order));
    }
}
