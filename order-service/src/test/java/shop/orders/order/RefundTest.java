/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.change;
import static shop.orders.Shop.declined;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.refunded;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.orders.OrdersResource;
import shop.testkit.Tokens;

/** A buyer reads how far the refund of their order is. */
@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class RefundTest {
    private final UUID buyer = UUID.randomUUID();

    @AfterEach
    void usualTimeout() {
        OrdersResource.setRefundTimeout("PT3H");
    }

    @Test
    void refundIsRequestedAndThenCompleted() {
        UUID order = cancelled();
        read(order)
                .body("refund.status", equalTo("REQUESTED"))
                .body("refund.requestedAt", notNullValue())
                .body("refund", not(hasKey("refundedAt")));
        refunded(order);
        String completed = read(order)
                .body("refund.status", equalTo("COMPLETED"))
                .body("refund.requestedAt", notNullValue())
                .extract()
                .path("refund.refundedAt");
        refunded(order);
        read(order).body("refund.refundedAt", equalTo(completed));
        as(Tokens.customer(buyer)).get("/orders").then().body("items[0].refund.status", equalTo("COMPLETED"));
    }

    /** A payment that comes late asks for its refund again; the provider has given back all there was, and charges no more. */
    @Test
    void completedRefundStaysCompleted() {
        UUID order = cancelled();
        refunded(order);
        authorized(order);
        read(order).body("refund.status", equalTo("COMPLETED")).body("payment.chargeId", equalTo("ch_1"));
    }

    @Test
    void refundThatNobodyAnswersIsOverdueByTheClockUntilItIsAnswered() {
        UUID order = cancelled();
        OrdersResource.setRefundTimeout("PT0S");
        read(order).body("refund.status", equalTo("OVERDUE"));
        refunded(order);
        read(order).body("refund.status", equalTo("COMPLETED"));
    }

    @Test
    void answerToACancellationTellsOfTheRefund() {
        UUID order = placed(buyer, product(1), 1);
        change(order, "cancel").then().body("refund.status", equalTo("REQUESTED"));
    }

    @Test
    void orderThatWasNotChargedOrStandsHasNoRefund() {
        UUID order = placed(buyer, product(1), 1);
        read(order).body("$", not(hasKey("refund")));
        declined(order);
        read(order).body("$", not(hasKey("refund")));
    }

    /** Whoever says so: nothing was requested, so an admin has to ask the provider. */
    @Test
    void orderThatStandsIsNotRefunded() {
        UUID order = placed(buyer, product(1), 1);
        authorized(order);
        refunded(order);
        asAdmin()
                .get("/orders/" + order)
                .then()
                .body("status", equalTo("CONFIRMED"))
                .body("$", not(hasKey("refund")));
        refunded(UUID.randomUUID());
    }

    private UUID cancelled() {
        UUID order = placed(buyer, product(1), 1);
        authorized(order);
        change(order, "cancel").then().statusCode(200);
        return order;
    }

    private ValidatableResponse read(UUID order) {
        return as(Tokens.customer(buyer)).get("/orders/" + order).then().statusCode(200);
    }
}
