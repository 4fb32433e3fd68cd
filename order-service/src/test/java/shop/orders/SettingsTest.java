/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.orders.Shop.change;
import static shop.orders.Shop.line;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.order;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.status;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.testkit.LiveSettings;
import shop.testkit.MountedSettings;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class SettingsTest extends LiveSettings {
    private final UUID buyer = UUID.randomUUID();

    @AfterEach
    void unlimited() {
        List.of("orders", "most-lines", "most-units-per-line", "most-open-orders", "payment-timeout")
                .forEach(MountedSettings::unset);
    }

    /** RFC 9110, 15.6.4: what is over after a while says after which. */
    @Test
    void closedShopTakesNoNewOrdersAndGoesOnWithTheOthers() {
        String sku = product(5);
        String keyOfBefore = newKey();
        String before = order(keyOfBefore, buyer, line(sku, 1)).path("id");
        MountedSettings.set("orders", "closed: We move house until Monday.");
        String key = newKey();
        Response refused = order(key, buyer, line(sku, 1));
        problem(refused, 503, "orders-closed").body("detail", equalTo("We move house until Monday."));
        assertEquals("60", refused.header("Retry-After"));
        order(keyOfBefore, buyer, line(sku, 1)).then().statusCode(201).body("id", equalTo(before));
        change(UUID.fromString(before), "cancel").then().statusCode(200);
        MountedSettings.set("orders", "closed");
        problem(order(key, buyer, line(sku, 1)), 503, "orders-closed")
                .body("detail", equalTo("No new orders are taken for now; try again later."));
        MountedSettings.set("orders", "open");
        order(key, buyer, line(sku, 1)).then().statusCode(201);
    }

    @Test
    void orderHasAtMostSoManyLines() {
        MountedSettings.set("most-lines", "1");
        problem(order(newKey(), buyer, line(product(1), 1), line(product(1), 1)), 400, "invalid-request")
                .body("errors[0].name", equalTo("lines"))
                .body("detail", containsString("at most 1 "));
        placed(buyer, product(1), 1);
    }

    @Test
    void lineHasAtMostSoManyUnits() {
        MountedSettings.set("most-units-per-line", "2");
        String sku = product(5);
        problem(order(newKey(), buyer, line(sku, 1), line(sku, 2)), 400, "invalid-request")
                .body("errors[0].name", equalTo("lines[0].quantity"));
        placed(buyer, sku, 2);
    }

    /** No setting allows more than the API describes. */
    @Test
    void settingCannotAllowMoreThanTheApi() {
        MountedSettings.set("most-units-per-line", "1001");
        assertEquals("1000", MountedSettings.shown("most-units-per-line").get("value"));
    }

    @Test
    void ofOrdersAtTheSameTimeOnlySoManyAreTakenAsTheCustomerMayHaveOpen() {
        MountedSettings.set("most-open-orders", "3");
        String sku = product(20);
        UUID first = placed(buyer, sku, 1);
        List<Integer> statuses =
                together(8, i -> order(newKey(), buyer, line(sku, 1)).statusCode());
        assertEquals(2, Collections.frequency(statuses, 201), statuses.toString());
        assertEquals(6, Collections.frequency(statuses, 409), statuses.toString());
        problem(order(newKey(), buyer, line(sku, 1)), 409, "too-many-open-orders");
        placed(UUID.randomUUID(), sku, 1);
        assertEquals(16, Shop.stock(sku));

        change(first, "cancel").then().statusCode(200);
        placed(buyer, sku, 1);
    }

    /** Whether or not anybody has written down that they expired. */
    @Test
    void overdueOrderIsNotOpen() {
        MountedSettings.set("most-open-orders", "1");
        MountedSettings.set("payment-timeout", "PT0S");
        UUID overdue = placed(buyer, product(1), 1);
        placed(buyer, product(1), 1);
        assertEquals("EXPIRED", status(overdue));
    }
}
