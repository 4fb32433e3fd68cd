/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.orders.Shop.as;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.change;
import static shop.orders.Shop.charged;
import static shop.orders.Shop.history;
import static shop.orders.Shop.line;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.order;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.published;
import static shop.orders.Shop.status;
import static shop.orders.Shop.stock;
import static shop.orders.Shop.sweep;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.orders.OrdersResource;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class OrderExpiryTest {
    private final UUID buyer = UUID.randomUUID();

    @AfterEach
    void usualTimeout() {
        OrdersResource.setPaymentTimeout("PT20M");
    }

    @Test
    void settingIsReadForEachOrderWithoutARestart() {
        OrdersResource.setPaymentTimeout("PT42S");
        assertEquals(Duration.ofSeconds(42), timeToPay());
        OrdersResource.setPaymentTimeout("PT43S");
        assertEquals(Duration.ofSeconds(43), timeToPay());
    }

    @Test
    void settingThatCannotBeReadChangesNothing() {
        OrdersResource.setPaymentTimeout("PT44S");
        OrdersResource.setPaymentTimeout("soon");
        assertEquals(Duration.ofSeconds(44), timeToPay());
    }

    @Test
    void unpaidOrderExpiresItsStockIsGivenBackAndARefundRequested() {
        String sku = product(3);
        UUID order = overdue(sku);
        sweep();
        assertEquals("EXPIRED", status(order));
        assertEquals(3, stock(sku));
        assertEquals(List.of("PLACED", "EXPIRED"), history(order));
        await().until(() -> published(order)
                .equals(List.of(EventTypes.ORDER_PLACED, EventTypes.ORDER_EXPIRED, EventTypes.REFUND_REQUESTED)));
    }

    @Test
    void overdueOrderReadsAsExpiredAtOnceWhereverItIsRead() {
        for (String path : List.of("", "/history")) {
            UUID order = overdue(product(1));
            Response response = as(Tokens.customer(buyer)).get("/orders/" + order + path);
            assertTrue(response.asString().contains("EXPIRED"), response.asString());
        }
        UUID order = overdue(product(1));
        assertEquals("EXPIRED", as(Tokens.customer(buyer)).get("/orders").path("items[0].status"));
        assertEquals(
                order.toString(),
                as(Tokens.customer(buyer)).get("/orders?status=EXPIRED").path("items[0].id"));
    }

    @Test
    void filterAgreesWithTheClock() {
        overdue(product(1));
        as(Tokens.customer(buyer)).get("/orders?status=PLACED").then().body("items", empty());
        as(Tokens.customer(buyer)).get("/orders?status=EXPIRED").then().body("items.size()", equalTo(1));
    }

    @Test
    void overdueOrderCanNotBeCancelled() {
        UUID order = overdue(product(1));
        problem(change(order, "cancel"), 409, "impossible-transition").body("detail", containsString("EXPIRED"));
        assertEquals(List.of("PLACED", "EXPIRED"), history(order));
    }

    @Test
    void authorizationOfAnOverdueOrderExpiresItAndIsRefunded() {
        String sku = product(1);
        UUID order = overdue(sku);
        charged(order, 990, "EUR");
        assertEquals(List.of("PLACED", "EXPIRED"), history(order));
        assertEquals(1, stock(sku));
        await().until(() -> published(order).contains(EventTypes.REFUND_REQUESTED));
    }

    @Test
    void authorizationOfAnExpiredOrderIsRefunded() {
        UUID order = overdue(product(1));
        assertEquals("EXPIRED", status(order));
        await().until(() -> published(order).size() == 3);
        authorized(order);
        await().until(() -> published(order).size() == 4);
        assertEquals(EventTypes.REFUND_REQUESTED, published(order).getLast());
        assertEquals("EXPIRED", status(order));
    }

    @Test
    void requestsToOthersWriteDownWhatHasExpired() {
        String sku = product(3);
        UUID order = overdue(sku);
        await().until(() -> stock(sku) == 3);
        await().until(() -> published(order).contains(EventTypes.ORDER_EXPIRED));
    }

    @Test
    void expiredManyTimesAtOnceGivesTheStockBackOnce() {
        String sku = product(30);
        OrdersResource.setPaymentTimeout("PT0S");
        together(10, i -> order(newKey(), UUID.randomUUID(), line(sku, 3)).statusCode());
        together(4, i -> {
            sweep();
            return i;
        });
        await().until(() -> stock(sku) == 30);
        sweep();
        assertEquals(30, given().get("/products/" + sku).<Integer>path("stock"));
    }

    private UUID overdue(String sku) {
        OrdersResource.setPaymentTimeout("PT0S");
        return placed(buyer, sku, 1);
    }

    private Duration timeToPay() {
        Response order = order(newKey(), buyer, line(product(1), 1));
        return Duration.between(Instant.parse(order.path("placedAt")), Instant.parse(order.path("paymentDeadline")));
    }
}
