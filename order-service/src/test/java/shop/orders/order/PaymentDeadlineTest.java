/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.history;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.status;
import static shop.orders.Shop.stock;
import static shop.orders.Shop.sweep;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.orders.OrdersResource;
import shop.testkit.MovableClock;

/** Moves the service's clock, which only a test within its JVM can do. */
@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class PaymentDeadlineTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final UUID buyer = UUID.randomUUID();

    @Inject
    MovableClock clock;

    @AfterEach
    void machinesTime() {
        clock.reset();
    }

    @Test
    void unpaidOrderExpiresAtItsDeadlineAndNotBefore() {
        String sku = product(3);
        UUID order = placed(buyer, sku, 2);
        moveTo(deadline(order).minus(Duration.ofMinutes(5)));
        sweep();
        assertEquals("PLACED", status(order));
        assertEquals(1, stock(sku));
        moveTo(deadline(order));
        sweep();
        assertEquals("EXPIRED", status(order));
        assertEquals(3, stock(sku));
    }

    @Test
    void paidOrderDoesNotExpire() {
        UUID order = placed(buyer, product(1), 1);
        authorized(order);
        moveTo(deadline(order).plus(SECOND));
        sweep();
        assertEquals("CONFIRMED", status(order));
        assertEquals(List.of("PLACED", "CONFIRMED"), history(order));
    }

    @Test
    void historyHasTheTimeOfTheClock() {
        UUID order = placed(buyer, product(1), 1);
        Instant deadline = deadline(order);
        moveTo(deadline);
        assertEquals("EXPIRED", status(order));
        List<String> times = asAdmin().get("/orders/" + order + "/history").path("at");
        assertFalse(Instant.parse(times.getLast()).isBefore(deadline), times.toString());
    }

    private void moveTo(Instant instant) {
        clock.moveBy(Duration.between(clock.instant(), instant));
    }

    private static Instant deadline(UUID order) {
        return Instant.parse(asAdmin().get("/orders/" + order).path("paymentDeadline"));
    }
}
