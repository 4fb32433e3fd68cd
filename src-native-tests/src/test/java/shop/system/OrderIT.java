/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Concurrently.together;

import io.restassured.response.Response;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shop.system.Shop.Customer;
import shop.system.Shop.Product;

/** The lives that an order can have, each through all the parts. */
@ExtendWith(ShopExtension.class)
class OrderIT {
    private final Shop shop;
    private final Customer customer;

    OrderIT(Shop shop) {
        this.shop = shop;
        customer = shop.registerCustomer();
    }

    @Test
    void paidOrderIsConfirmed() {
        Product product = shop.stockProduct(10);
        String order = shop.placeOrder(customer, product, "tok_ok");
        shop.awaitStatus("CONFIRMED", order);
        shop.awaitMail(customer, order, "is confirmed");
        shop.awaitBalancedBooks(product, List.of(order));
    }

    @Test
    void declinedOrderIsRejected() {
        Product product = shop.stockProduct(10);
        String order = shop.placeOrder(customer, product, "tok_declined");
        shop.awaitStatus("REJECTED", order);
        shop.awaitMail(customer, order, "was rejected");
        shop.awaitBalancedBooks(product, List.of(order));
    }

    @Test
    void confirmedOrderIsShippedAndDelivered() {
        Product product = shop.stockProduct(10);
        String order = shop.placeOrder(customer, product, "tok_ok");
        shop.awaitStatus("CONFIRMED", order);
        shop.adminTo("order-service").post("/orders/{id}/ship", order).then().statusCode(200);
        shop.adminTo("order-service").post("/orders/{id}/deliver", order).then().statusCode(200);
        shop.awaitStatus("DELIVERED", order);
        shop.awaitMail(customer, order, "is on its way");
        shop.awaitMail(customer, order, "was delivered");
        shop.awaitBalancedBooks(product, List.of(order));
    }

    @Test
    void cancelledOrderIsRefunded() {
        Product product = shop.stockProduct(10);
        String order = shop.placeOrder(customer, product, "tok_ok");
        shop.awaitStatus("CONFIRMED", order);
        assertEquals(Shop.PRICE, shop.paidFor(order));
        shop.to("order-service", customer)
                .post("/orders/{id}/cancel", order)
                .then()
                .statusCode(200)
                .body("status", equalTo("CANCELLED"));
        shop.awaitRefund(order);
        shop.awaitMail(customer, order, "is cancelled");
        shop.awaitBalancedBooks(product, List.of(order));
    }

    @Test
    void orderExpiresWhenNoAnswerAboutItsPaymentComes() {
        Product product = shop.stockProduct(10);
        String failing = shop.placeOrder(customer, product, "tok_error");
        String lost = shop.placeOrder(customer, product, "tok_lost");
        await("a charge").untilAsserted(() -> assertEquals(Shop.PRICE, shop.paidFor(lost)));
        shop.awaitStatus("EXPIRED", failing);
        shop.awaitStatus("EXPIRED", lost);
        shop.awaitMail(customer, lost, "has expired");
        shop.awaitBalancedBooks(product, List.of(failing, lost));
    }

    @Test
    void twoHundredOrdersAtOnceSellFiftyPiecesAndNoMore() {
        Product product = shop.stockProduct(50);
        List<Response> answers = together(200, i -> shop.requestOrder(customer, product, "tok_ok", UUID.randomUUID()));
        List<String> sold = answers.stream()
                .filter(answer -> answer.statusCode() == 201)
                .map(answer -> answer.<String>path("id"))
                .toList();
        assertEquals(
                50,
                sold.size(),
                () -> answers.stream()
                        .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()))
                        .toString());
        answers.stream().filter(answer -> answer.statusCode() != 201).forEach(answer -> {
            answer.then().statusCode(409).contentType("application/problem+json");
            assertTrue(answer.<String>path("detail").contains(product.sku()), answer.asString());
        });
        shop.awaitBalancedBooks(product, sold);
        assertEquals(0, shop.stockOf(product));
    }
}
