/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Concurrently.together;
import static shop.users.OrderServices.ONE;
import static shop.users.OrderServices.OTHER;
import static shop.users.UserRequests.registered;
import static shop.users.UserRequests.with;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shop.testkit.PostgresResource;
import shop.testkit.Tokens;

/** Two order-services, of which one is in trouble. Reading orders is safe, so it may be tried again (RFC 9110, 9.2.2). */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(value = OrderServices.class, restrictToAnnotatedClass = true)
class OrderServiceAddressesTest {
    private static final int CUSTOMERS = 8;

    private UUID id;
    private String token;

    @BeforeEach
    void bothAreAsked() {
        id = registered();
        token = Tokens.customer(id);
        await().until(() -> {
            int one = ONE.asked();
            int other = OTHER.asked();
            return ordersAreThere() && ordersAreThere() && ONE.asked() > one && OTHER.asked() > other;
        });
    }

    @AfterEach
    void bothAreWellAgain() {
        for (OrderServices.Server server : List.of(ONE, OTHER)) {
            server.answersAfter(0);
            server.dies(); // and with it those that hang
            server.lives();
        }
    }

    @Test
    void bothTakeTheirShare() {
        int before = ONE.asked();
        for (int i = 0; i < 10; i++) {
            assertTrue(ordersAreThere());
        }
        assertEquals(5, ONE.asked() - before);
    }

    @Test
    void noRequestFailsWhenOneIsKilledNotEvenThoseUnderWayAndItIsAskedAgainWhenItIsBack() {
        ONE.answersAfter(20);
        OTHER.answersAfter(20);
        int before = ONE.asked();
        List<Boolean> available = together(CUSTOMERS, customer -> {
            boolean all = true;
            for (int i = 0; i < 25; i++) {
                if (customer == 0 && i == 5) {
                    ONE.dies();
                }
                all &= ordersAreThere();
            }
            return all;
        });
        assertTrue(ONE.asked() > before);
        assertEquals(Collections.nCopies(CUSTOMERS, true), available);
        ONE.lives();
        bothAreAsked();
    }

    /** A service at zero takes the time of its start for the first answer. */
    @Test
    void noRequestFailsWhenOneIsDeadAndTheOtherHasYetToStart() {
        ONE.dies();
        OTHER.answersAfter(1000);
        assertEquals(Collections.nCopies(CUSTOMERS, true), together(CUSTOMERS, customer -> ordersAreThere()));
    }

    @Test
    void theOneThatHangsIsAskedNoMore() {
        ONE.answersAfter(Duration.ofMinutes(1).toMillis());
        assertTrue(ordersAreThere() && ordersAreThere());
        int before = ONE.asked();
        assertTrue(ordersAreThere() && ordersAreThere());
        assertEquals(before, ONE.asked());
    }

    @Test
    void addressMustBeAUrl() {
        for (String wrong : List.of("order-service:8080", "order-service", "ftp://order-service", "http:///orders")) {
            List<URI> addresses = List.of(URI.create("http://order-service"), URI.create(wrong));
            String message = assertThrows(IllegalArgumentException.class, () -> new OrderServiceAddresses(addresses))
                    .getMessage();
            assertTrue(message.contains("ORDER_SERVICE_URL") && message.contains(wrong), message);
        }
    }

    private boolean ordersAreThere() {
        return with(token)
                .get("/users/" + id + "?include=orders")
                .then()
                .statusCode(200)
                .extract()
                .path("orders.available");
    }
}
