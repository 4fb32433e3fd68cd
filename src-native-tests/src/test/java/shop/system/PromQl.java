/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import java.math.BigDecimal;

/** Parts of expressions that alarms and objectives have in common. */
final class PromQl {
    /** Longer than a target is away while it rolls out or Prometheus restarts, or all that it ever counted would be new. */
    private static final String MEMORY = "6h";

    private PromQl() {}

    /**
     * The increase of a counter within the period that ends now. {@code increase()} would count the first event of a series
     * as none, which is the only one of a process that starts, fails and is gone, and lose what falls between two periods.
     */
    static String increase(String selector, BigDecimal period) {
        String now = "last_over_time(%s[%s])".formatted(selector, duration(period));
        String before = "last_over_time(%s[%s] offset %s)".formatted(selector, MEMORY, duration(period));
        return "%s - %s >= 0 or %s".formatted(now, before, now);
    }

    /** Over the values that a rule has recorded in the last periods; half a period less, for the rule is not punctual. */
    static String overPeriods(String function, String recorded, BigDecimal period, int periods) {
        BigDecimal range = period.multiply(BigDecimal.valueOf(periods)).subtract(period.divide(BigDecimal.TWO));
        return "%s_over_time(%s[%s])".formatted(function, recorded, duration(range));
    }

    /** In the unit of seconds or, where that is no whole number, milliseconds. */
    static String duration(BigDecimal seconds) {
        return seconds.stripTrailingZeros().scale() <= 0
                ? seconds.longValueExact() + "s"
                : seconds.movePointRight(3).longValueExact() + "ms";
    }
}
