/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.events.Money;

/**
 * An order in its state by the clock.
 *
 * @param userId the buyer
 * @param recorded the recorded state; differs from {@code status} if the order has expired since
 * @param paymentDeadline the time of its expiry, unless an answer about its payment comes before
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
