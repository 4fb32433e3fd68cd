/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static shop.orders.order.OrderEvent.CANCEL;
import static shop.orders.order.OrderEvent.DELIVER;
import static shop.orders.order.OrderEvent.PAYMENT_AUTHORIZED;
import static shop.orders.order.OrderEvent.PAYMENT_DECLINED;
import static shop.orders.order.OrderEvent.PAYMENT_DIFFERS;
import static shop.orders.order.OrderEvent.PAYMENT_OVERDUE;
import static shop.orders.order.OrderEvent.SHIP;

import java.util.Map;
import java.util.Optional;

/** The states of an order, and the table of its transitions. A transition that is not listed is impossible. */
public enum OrderStatus {
    PLACED,
    CONFIRMED,
    REJECTED,
    CANCELLED,
    EXPIRED,
    SHIPPED,
    DELIVERED;

    private static final Map<OrderStatus, Map<OrderEvent, OrderStatus>> TRANSITIONS = Map.of(
            PLACED,
                    Map.of(
                            PAYMENT_AUTHORIZED, CONFIRMED,
                            PAYMENT_DECLINED, REJECTED,
                            PAYMENT_DIFFERS, REJECTED,
                            PAYMENT_OVERDUE, EXPIRED,
                            CANCEL, CANCELLED),
            CONFIRMED, Map.of(SHIP, SHIPPED, CANCEL, CANCELLED),
            SHIPPED, Map.of(DELIVER, DELIVERED));

    /** The state after {@code event}; empty if the event is late, repeated or impossible. */
    public Optional<OrderStatus> next(OrderEvent event) {
        return Optional.ofNullable(TRANSITIONS.getOrDefault(this, Map.of()).get(event));
    }

    /** Whether every way to this state is by {@code event}: so it has happened, and now only comes again. */
    public boolean comesAfter(OrderEvent event) {
        return this != PLACED
                && TRANSITIONS.entrySet().stream()
                        .allMatch(from -> from.getValue().entrySet().stream()
                                .filter(step -> step.getValue() == this)
                                .allMatch(step ->
                                        step.getKey() == event || from.getKey().comesAfter(event)));
    }

    /** Whether nothing was sold: the stock is back, and no charge may stand. */
    public boolean isVoid() {
        return this == REJECTED || this == CANCELLED || this == EXPIRED;
    }
}
