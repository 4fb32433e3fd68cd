/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shop.events.EventTypes;
import shop.system.Shop.Customer;
import shop.system.Shop.Product;

/** Events that a person posts to the broker. */
@ExtendWith(ShopExtension.class)
class EventIT {
    private final Shop shop;

    EventIT(Shop shop) {
        this.shop = shop;
    }

    @Test
    void eventInStructuredModeReachesItsSubscriber() {
        Customer customer = shop.registerCustomer();
        Product product = shop.stockProduct(10);
        String order = shop.placeOrder(customer, product, "tok_error");
        broker().contentType("application/cloudevents+json")
                .body(Map.of(
                        "specversion",
                        "1.0",
                        "type",
                        EventTypes.USER_DELETED,
                        "source",
                        EventTypes.USER_SERVICE,
                        "id",
                        UUID.randomUUID(),
                        "datacontenttype",
                        "application/json",
                        "data",
                        Map.of(
                                "userId",
                                customer.id(),
                                "deletedAt",
                                Instant.now().toString())))
                .post("/shop/default")
                .then()
                .statusCode(202);
        shop.awaitStatus("CANCELLED", order);
        shop.awaitBalancedBooks(product, List.of(order));
    }

    @Test
    void unreadableEventInBinaryModeEndsInTheDeadLettersAlsoWhenReplayed() {
        String source = "/by-hand/" + UUID.randomUUID();
        broker().header("ce-specversion", "1.0")
                .header("ce-type", EventTypes.ORDER_PLACED)
                .header("ce-source", source)
                .header("ce-id", "1")
                .contentType("application/json")
                .body(Map.of("orderId", "not a UUID"))
                .post("/shop/default")
                .then()
                .statusCode(202);
        String id = awaitDeadLetter(source, 1)
                .body("items[0].code", equalTo(400))
                .body("items[0].trigger", equalTo("authorize-payment"))
                .body("items[0].destination", containsString("authorize-payment"))
                .extract()
                .path("items[0].id");
        shop.adminTo("dead-letters")
                .post("/dead-letters/{id}/replay", id)
                .then()
                .statusCode(202);
        awaitDeadLetter(source, 2).body("items[0].id", equalTo(id));
    }

    private RequestSpecification broker() {
        return shop.knative().request("broker-ingress.knative-eventing.svc.cluster.local");
    }

    /** The dead letters from this source, of which there is one; that it arrived so often is waited for. */
    private ValidatableResponse awaitDeadLetter(String source, int deliveries) {
        return await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(
                        () -> shop.adminTo("dead-letters")
                                .queryParam("source", source)
                                .get("/dead-letters")
                                .then()
                                .statusCode(200),
                        list -> List.of(deliveries).equals(list.extract().path("items.deliveries")));
    }
}
