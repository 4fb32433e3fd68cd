/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.change;
import static shop.orders.Shop.charged;
import static shop.orders.Shop.declined;
import static shop.orders.Shop.paymentDue;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.status;
import static shop.orders.Shop.userDeleted;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.orders.OrdersResource;

/** The token of a payment is there while the payment may be asked for, and no longer. */
@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class PaymentTokenTest {
    private final UUID buyer = UUID.randomUUID();

    OrdersResource surroundings;

    @AfterEach
    void usualTimeout() {
        OrdersResource.setPaymentTimeout("PT20M");
    }

    @Test
    void placedOrderHasItsTokenAndWhatItCosts() {
        UUID order = placed(buyer, product(2), 2);
        for (int again = 0; again < 2; again++) {
            paymentDue(order)
                    .then()
                    .statusCode(200)
                    .body("token", equalTo("tok_ok"))
                    .body("amount.amount", equalTo(1980))
                    .body("amount.currency", equalTo("EUR"));
        }
        assertEquals(1, tokensOf(order));
    }

    @ParameterizedTest
    @MethodSource
    void orderThatIsPaidOrOverHasNone(BiConsumer<UUID, UUID> end) {
        UUID order = placed(buyer, product(2), 1);
        end.accept(order, buyer);
        problem(paymentDue(order), 410, "nothing-to-charge");
        assertEquals(0, tokensOf(order));
    }

    static Stream<Named<BiConsumer<UUID, UUID>>> orderThatIsPaidOrOverHasNone() {
        return Stream.of(
                Named.of("confirmed", (order, buyer) -> authorized(order)),
                Named.of("rejected", (order, buyer) -> declined(order)),
                Named.of("rejected for a payment that differs", (order, buyer) -> charged(order, 1, "EUR")),
                Named.of(
                        "cancelled",
                        (order, buyer) -> change(order, "cancel").then().statusCode(200)),
                Named.of("its user deleted", (order, buyer) -> userDeleted(buyer)));
    }

    @Test
    void overdueOrderHasNoneBeforeAnybodyHasWrittenThatDown() {
        OrdersResource.setPaymentTimeout("PT0S");
        UUID order = placed(buyer, product(1), 1);
        problem(paymentDue(order), 410, "nothing-to-charge");
        assertEquals("EXPIRED", status(order));
        assertEquals(0, tokensOf(order));
    }

    @Test
    void unknownOrderHasNone() {
        problem(paymentDue(UUID.randomUUID()), 410, "nothing-to-charge");
    }

    /** An instance of the release before knows nothing of tokens, and changes the status alone. */
    @ParameterizedTest
    @ValueSource(strings = {"CONFIRMED", "REJECTED", "CANCELLED", "EXPIRED"})
    void tokenGoesWhateverReleaseEndsTheOrder(String status) {
        UUID order = placed(buyer, product(1), 1);
        surroundings.rows("update orders set status = '%s' where id = '%s'".formatted(status, order));
        assertEquals(0, tokensOf(order));
    }

    private int tokensOf(UUID order) {
        return surroundings.rows("select 1 from payment_tokens where order_id = '%s'".formatted(order));
    }
}
