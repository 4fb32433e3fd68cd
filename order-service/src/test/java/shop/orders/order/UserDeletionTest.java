/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.change;
import static shop.orders.Shop.history;
import static shop.orders.Shop.line;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.order;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.published;
import static shop.orders.Shop.status;
import static shop.orders.Shop.stock;
import static shop.orders.Shop.userDeleted;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.orders.OrdersResource;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class UserDeletionTest {
    private final UUID buyer = UUID.randomUUID();

    @Test
    void openOrdersAreCancelledAndOthersAreNot() {
        String sku = product(10);
        UUID placed = placed(buyer, sku, 1);
        UUID confirmed = placed(buyer, sku, 2);
        authorized(confirmed);
        UUID shipped = placed(buyer, sku, 3);
        authorized(shipped);
        change(shipped, "ship").then().statusCode(200);
        UUID ofAnother = placed(UUID.randomUUID(), sku, 1);

        userDeleted(buyer);

        assertEquals("CANCELLED", status(placed));
        assertEquals("CANCELLED", status(confirmed));
        assertEquals("SHIPPED", status(shipped));
        assertEquals("PLACED", status(ofAnother));
        assertEquals(6, stock(sku));
        asAdmin().get("/orders/" + placed + "/history").then().body("[1].cause", equalTo("user deleted"));
        for (UUID cancelled : List.of(placed, confirmed)) {
            await().until(() ->
                    published(cancelled).containsAll(List.of(EventTypes.ORDER_CANCELLED, EventTypes.REFUND_REQUESTED)));
        }
    }

    @Test
    void deletedUserCanNotOrder() {
        String sku = product(1);
        userDeleted(buyer);
        problem(order(newKey(), buyer, line(sku, 1)), 403, "user-deleted");
        assertEquals(1, stock(sku));
    }

    @Test
    void deletionThatIsToldTwiceChangesNothingMore() {
        UUID order = placed(buyer, product(1), 1);
        userDeleted(buyer);
        userDeleted(buyer);
        assertEquals("CANCELLED", status(order));
        assertEquals(List.of("PLACED", "CANCELLED"), history(order));
    }

    @RepeatedTest(5)
    void deletedWhileOrderingLeavesNoOpenOrder() {
        String a = product(20);
        String b = product(20);
        together(12, i -> {
            if (i == 5) {
                userDeleted(buyer);
            } else {
                order(newKey(), buyer, i % 2 == 0 ? line(a, 1) : line(b, 1), i % 2 == 0 ? line(b, 1) : line(a, 1));
            }
            return i;
        });
        List<String> statuses =
                asAdmin().get("/orders?userId=" + buyer + "&limit=100").path("items.status");
        assertEquals(
                List.of(), statuses.stream().filter(s -> !s.equals("CANCELLED")).toList());
        assertEquals(20, stock(a));
        assertEquals(20, stock(b));
    }
}
