package shop.orders.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import shop.events.Money;

/**
 * An order as it is by the clock.
 *
 * @param userId the buyer
 * @param paymentDeadline when an order without an answer about its payment expires
 * @param overdue it has expired by the clock, which is not written down yet
 */
public record Order(
        UUID id,
        UUID userId,
        OrderStatus status,
        List<Line> lines,
        Money total,
        Instant placedAt,
        Instant paymentDeadline,
        @JsonIgnore boolean overdue) {

    Order as(OrderStatus next) {
        return new Order(id, userId, next, lines, total, placedAt, paymentDeadline, false);
    }

    /**
     * Some pieces of one product.
     *
     * @param price of one piece, when the order was placed
     */
    public record Line(String sku, int quantity, Money price) {}
}
