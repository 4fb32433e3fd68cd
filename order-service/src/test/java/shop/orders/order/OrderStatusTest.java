/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.orders.order.OrderEvent.CANCEL;
import static shop.orders.order.OrderEvent.DELIVER;
import static shop.orders.order.OrderEvent.PAYMENT_AUTHORIZED;
import static shop.orders.order.OrderEvent.PAYMENT_DECLINED;
import static shop.orders.order.OrderEvent.PAYMENT_DIFFERS;
import static shop.orders.order.OrderEvent.PAYMENT_OVERDUE;
import static shop.orders.order.OrderEvent.SHIP;
import static shop.orders.order.OrderStatus.CANCELLED;
import static shop.orders.order.OrderStatus.CONFIRMED;
import static shop.orders.order.OrderStatus.DELIVERED;
import static shop.orders.order.OrderStatus.EXPIRED;
import static shop.orders.order.OrderStatus.PLACED;
import static shop.orders.order.OrderStatus.REJECTED;
import static shop.orders.order.OrderStatus.SHIPPED;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrderStatusTest {
    /** A row for each state; a column for each event, in the order of {@link OrderEvent}. */
    private static final Map<OrderStatus, OrderStatus[]> EXPECTED = new EnumMap<>(Map.of(
            PLACED, row(CONFIRMED, REJECTED, REJECTED, EXPIRED, CANCELLED, null, null),
            CONFIRMED, row(null, null, null, null, CANCELLED, SHIPPED, null),
            SHIPPED, row(null, null, null, null, null, null, DELIVERED),
            DELIVERED, row(null, null, null, null, null, null, null),
            REJECTED, row(null, null, null, null, null, null, null),
            CANCELLED, row(null, null, null, null, null, null, null),
            EXPIRED, row(null, null, null, null, null, null, null)));

    private static final OrderEvent[] COLUMNS = {
        PAYMENT_AUTHORIZED, PAYMENT_DECLINED, PAYMENT_DIFFERS, PAYMENT_OVERDUE, CANCEL, SHIP, DELIVER
    };

    @ParameterizedTest
    @EnumSource
    void everyEventLeadsWhereTheTableSaysOrNowhere(OrderStatus status) {
        assertEquals(OrderEvent.values().length, COLUMNS.length);
        for (int i = 0; i < COLUMNS.length; i++) {
            assertEquals(
                    Optional.ofNullable(EXPECTED.get(status)[i]),
                    status.next(COLUMNS[i]),
                    COLUMNS[i] + " in " + status);
        }
    }

    /** A state that can also be come to without the event does not tell that it has happened. */
    @ParameterizedTest
    @EnumSource
    void aStateComesAfterTheEventsThatEveryWayToItHas(OrderStatus status) {
        Set<OrderEvent> expected =
                switch (status) {
                    case PLACED, REJECTED -> Set.of();
                    case CONFIRMED -> Set.of(PAYMENT_AUTHORIZED);
                    case SHIPPED -> Set.of(PAYMENT_AUTHORIZED, SHIP);
                    case DELIVERED -> Set.of(PAYMENT_AUTHORIZED, SHIP, DELIVER);
                    case CANCELLED -> Set.of(CANCEL);
                    case EXPIRED -> Set.of(PAYMENT_OVERDUE);
                };
        assertEquals(
                expected,
                Arrays.stream(OrderEvent.values()).filter(status::comesAfter).collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @EnumSource
    void onlyEndsWithoutASaleAreVoid(OrderStatus status) {
        boolean expected =
                switch (status) {
                    case REJECTED, CANCELLED, EXPIRED -> true;
                    case PLACED, CONFIRMED, SHIPPED, DELIVERED -> false;
                };
        assertEquals(expected, status.isVoid());
    }

    private static OrderStatus[] row(OrderStatus... next) {
        return next;
    }
}
