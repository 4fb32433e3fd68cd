package shop.orders.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.events.Money;

/**
 * An order as it is by the clock.
 *
 * @param userId the buyer
 * @param recorded its state as it is written down; other than {@code status} when it has expired by the clock since
 * @param paymentDeadline when it expires if there is no answer about its payment by then
 */
public record Order(
        UUID id,
        UUID userId,
        OrderStatus status,
        @JsonIgnore OrderStatus recorded,
        List<Line> lines,
        Money total,
        Instant placedAt,
        Instant paymentDeadline) {

    boolean overdue() {
        return status != recorded;
    }

    Order with(OrderStatus next) {
        return new Order(id, userId, next, next, lines, total, placedAt, paymentDeadline);
    }

    /**
     * Some pieces of one product.
     *
     * @param price of one piece, when the order was placed
     */
    @Schema(name = "OrderLine")
    public record Line(String sku, int quantity, Money price) {}
}
