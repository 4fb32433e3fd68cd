/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import shop.settings.DeclaredSettings;
import shop.settings.Kind;
import shop.settings.Setting;
import shop.settings.Switch;

/** What operators may change while the service runs, in the ConfigMap {@code order-settings}. */
@Singleton
class OrderSettings implements DeclaredSettings {
    private static final Kind<Duration> UP_TO_A_YEAR = new Kind.Period(Duration.ZERO, Duration.ofDays(365));

    static final Setting<Switch> ORDERS = new Setting<>(
            "orders", new Kind.OpenOrClosed(), Switch.OPEN, "Whether new orders are taken; those that stand go on");

    /** Longer than the whole retry horizon of the triggers between an order and its payment's answer. */
    static final Setting<Duration> PAYMENT_TIMEOUT = new Setting<>(
            "payment-timeout",
            UP_TO_A_YEAR,
            Duration.ofMinutes(20),
            "The time in which an order must be paid, from then on");

    /** Longer than the whole retry horizon of the triggers between a request for a refund and its answer. */
    static final Setting<Duration> REFUND_TIMEOUT = new Setting<>(
            "refund-timeout",
            UP_TO_A_YEAR,
            Duration.ofHours(3),
            "The time after which an unanswered refund is overdue");

    static final Setting<Integer> MOST_LINES = new Setting<>(
            "most-lines",
            new Kind.WholeNumber(1, NewOrder.MOST_LINES),
            NewOrder.MOST_LINES,
            "The most lines of an order");

    static final Setting<Integer> MOST_UNITS = new Setting<>(
            "most-units-per-line",
            new Kind.WholeNumber(1, NewOrder.MOST_OF_A_PRODUCT),
            NewOrder.MOST_OF_A_PRODUCT,
            "The most units of a product in an order, its lines of the same product together");

    static final Setting<Integer> MOST_OPEN_ORDERS = new Setting<>(
            "most-open-orders",
            new Kind.WholeNumber(1, 100_000),
            1000,
            "The most orders of a customer that are PLACED or CONFIRMED at a time");

    @Override
    public List<Setting<?>> settings() {
        return List.of(ORDERS, PAYMENT_TIMEOUT, REFUND_TIMEOUT, MOST_LINES, MOST_UNITS, MOST_OPEN_ORDERS);
    }
}
