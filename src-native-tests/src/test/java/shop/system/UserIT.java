/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shop.system.Shop.Customer;
import shop.system.Shop.Product;

@ExtendWith(ShopExtension.class)
class UserIT {
    private final Shop shop;
    private final Customer customer;
    private final Product product;

    UserIT(Shop shop) {
        this.shop = shop;
        customer = shop.registerCustomer();
        product = shop.stockProduct(10);
    }

    @Test
    void userComesWithTheirOrders() {
        String order = shop.placeOrder(customer, product, "tok_ok");
        shop.to("user-service", customer)
                .get("/users/{id}?include=orders", customer.id())
                .then()
                .statusCode(200)
                .body("email", equalTo(customer.email()))
                .body("orders.items.id", hasItem(order));
    }

    @Test
    void userComesWithoutOrdersWhenTheOrderServiceDoesNotAnswer() {
        ProcessHandle orderService = shop.knative().instanceOf("order-service");
        shop.knative().signal("STOP", orderService);
        try {
            shop.to("user-service", customer)
                    .get("/users/{id}?include=orders", customer.id())
                    .then()
                    .statusCode(200)
                    .body("email", equalTo(customer.email()))
                    .body("orders.available", equalTo(false))
                    .body("orders.reason", equalTo("TIMEOUT"));
        } finally {
            shop.knative().signal("CONT", orderService);
        }
    }

    @Test
    void deletedUsersOpenOrderIsCancelled() {
        String order = shop.placeOrder(customer, product, "tok_error");
        shop.to("user-service", customer)
                .delete("/users/{id}", customer.id())
                .then()
                .statusCode(204);
        shop.awaitStatus("CANCELLED", order);
        shop.to("user-service", customer)
                .get("/users/{id}", customer.id())
                .then()
                .statusCode(410);
        shop.awaitBalancedBooks(product, List.of(order));
    }
}
