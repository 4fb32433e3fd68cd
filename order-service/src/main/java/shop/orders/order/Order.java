/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.events.Money;
import shop.orders.product.Product;

/**
 * An order in its state by the clock.
 *
 * @param userId the buyer
 * @param recorded the recorded state; differs from {@code status} if the order has expired since
 * @param paymentDeadline the time of its expiry, unless an answer about its payment comes before
 * @param payment absent until the provider has charged it
 * @param refund absent unless one was requested, which is so for every order that ends when it may have been charged
 */
public record Order(
        UUID id,
        UUID userId,
        OrderStatus status,
        @JsonIgnore OrderStatus recorded,
        List<Line> lines,
        Money total,
        Instant placedAt,
        Instant paymentDeadline,
        @JsonInclude(JsonInclude.Include.NON_NULL) Payment payment,
        @JsonInclude(JsonInclude.Include.NON_NULL) Refund refund) {

    boolean overdue() {
        return status != recorded;
    }

    Order with(OrderStatus next) {
        return new Order(id, userId, next, next, lines, total, placedAt, paymentDeadline, payment, refund);
    }

    Order with(Payment payment) {
        return new Order(id, userId, status, recorded, lines, total, placedAt, paymentDeadline, payment, refund);
    }

    Order with(Refund refund) {
        return new Order(id, userId, status, recorded, lines, total, placedAt, paymentDeadline, payment, refund);
    }

    /**
     * Some pieces of one product.
     *
     * @param price of one piece, when the order was placed
     */
    @Schema(name = "OrderLine")
    public record Line(@Schema(examples = Product.EXAMPLE) String sku, int quantity, Money price) {}
}
