/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Concurrently.together;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shop.system.Shop.Customer;
import shop.system.Shop.Product;

/** Processes die at the worst moments; every order ends as if they had not. */
@ExtendWith(ShopExtension.class)
class CrashIT {
    private final Shop shop;
    private final LocalKnative knative;
    private final Customer customer;
    private final Product product;

    CrashIT(Shop shop) {
        this.shop = shop;
        knative = shop.knative();
        customer = shop.registerCustomer();
        product = shop.stockProduct(100);
    }

    /** Nothing can have been published when the service dies: the broker stood still since before the order. */
    @Test
    void orderServiceDiesBetweenCommitAndPublish() {
        ProcessHandle orderService = knative.instanceOf("order-service");
        String order;
        knative.signal("STOP", knative.self());
        try {
            order = Shop.requestOrder(
                            knative.requestTo(orderService).auth().oauth2(customer.token()),
                            product,
                            "tok_ok",
                            UUID.randomUUID())
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
            knative.signal("KILL", orderService);
        } finally {
            knative.signal("CONT", knative.self());
        }
        shop.awaitStatus("CONFIRMED", order);
        shop.awaitBalancedBooks(product, List.of(order));
    }

    /** It dies at the first of many answers: some orders are published, some only committed, some neither. */
    @RepeatedTest(3)
    void orderServiceDiesUnderManyOrders() {
        ProcessHandle orderService = knative.instanceOf("order-service");
        AtomicBoolean alive = new AtomicBoolean(true);
        List<String> tokens = List.of("tok_ok", "tok_declined", "tok_slow");
        List<String> orders = together(12, i -> {
            String order = shop.placeOrderAtAnyPrice(customer, product, tokens.get(i % tokens.size()));
            if (alive.getAndSet(false)) {
                knative.signal("KILL", orderService);
            }
            return order;
        });
        assertEquals(12, Set.copyOf(orders).size());
        shop.awaitBalancedBooks(product, orders);
    }

    /** The provider has charged and takes three seconds for its answer, which the function waits for when it dies. */
    @Test
    void functionDiesInTheMiddleOfADelivery() {
        shop.awaitStatus("CONFIRMED", shop.placeOrder(customer, product, "tok_ok"));
        ProcessHandle function = knative.instanceOf("authorize-payment");
        String order = shop.placeOrder(customer, product, "tok_slow");
        await("charge").until(() -> shop.paidFor(order) == Shop.PRICE);
        knative.signal("KILL", function);
        assertEquals("PLACED", shop.statusOf(order), "it died too late");
        shop.awaitStatus("CONFIRMED", order);
        assertEquals(Shop.PRICE, shop.paidFor(order));
    }

    /** The broker is a part of local-knative. It has accepted what is charged, and delivers it until the answer comes. */
    @Test
    void brokerDiesWithEventsPending() {
        List<String> orders = together(5, i -> shop.placeOrder(customer, product, "tok_slow"));
        await("first charge").until(() -> orders.stream().anyMatch(order -> shop.paidFor(order) == Shop.PRICE));
        knative.signal("KILL", knative.self());
        knative.restart();
        orders.forEach(order -> shop.awaitStatus("CONFIRMED", order));
        shop.awaitBalancedBooks(product, orders);
    }
}
