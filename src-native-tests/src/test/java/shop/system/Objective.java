/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import java.math.BigDecimal;
import java.util.List;

/**
 * A service level objective: the share of events that are to be good, over 30 days.
 *
 * @param good a selector of counters
 * @param total a selector of counters
 */
record Objective(
        String name,
        String summary,
        String remedy,
        BigDecimal objective,
        String good,
        String total,
        Alarm.Action action) {

    /** The speeds of burning the error budget, and their windows: Site Reliability Workbook, chapter 5, table 5-8. */
    static final List<Burn> BURNS = List.of(
            new Burn("14.4", Window.HOUR, Window.FIVE_MINUTES, Alarm.Severity.critical),
            new Burn("6", Window.SIX_HOURS, Window.HALF_HOUR, Alarm.Severity.critical),
            new Burn("3", Window.DAY, Window.TWO_HOURS, Alarm.Severity.warning),
            new Burn("1", Window.THREE_DAYS, Window.SIX_HOURS, Alarm.Severity.warning));

    enum Window {
        FIVE_MINUTES("5m", 300),
        HALF_HOUR("30m", 1800),
        HOUR("1h", 3600),
        TWO_HOURS("2h", 7200),
        SIX_HOURS("6h", 21600),
        DAY("1d", 86400),
        THREE_DAYS("3d", 259200);

        final String label;
        final BigDecimal seconds;

        Window(String label, long seconds) {
            this.label = label;
            this.seconds = BigDecimal.valueOf(seconds);
        }
    }

    /** @param shortWindow it has to burn in this one, too, so that the alarm ends soon after the cause has */
    record Burn(String rate, Window longWindow, Window shortWindow, Alarm.Severity severity) {}

    Objective {
        if (objective.signum() <= 0 || objective.compareTo(BigDecimal.ONE) >= 0) {
            throw new IllegalArgumentException("objective %s, objective: must be between 0 and 1".formatted(name));
        }
    }

    BigDecimal budget() {
        return BigDecimal.ONE.subtract(objective);
    }

    String increase(String selector, BigDecimal period) {
        return "sum(%s) or vector(0)".formatted(PromQl.increase(selector, period));
    }

    /** The share of events that were not good. */
    String errorRatio(BigDecimal window) {
        return "1 - %s / (%s > 0)".formatted(sum("good", window), sum("total", window));
    }

    private String sum(String what, BigDecimal window) {
        return "sum_over_time(slo:%s:increase{slo=\"%s\"}[%s])".formatted(what, name, PromQl.duration(window));
    }

    String alarm(Burn burn) {
        return "%s and ignoring(window) %s".formatted(burns(burn, burn.longWindow()), burns(burn, burn.shortWindow()));
    }

    private String burns(Burn burn, Window window) {
        return "slo:error_ratio{slo=\"%s\", window=\"%s\"} > %s * %s"
                .formatted(name, window.label, burn.rate(), budget().toPlainString());
    }

    /** In words, for the mail. */
    String condition(Burn burn) {
        return "the error budget of %s burns %s times too fast, over %s and over %s"
                .formatted(budget().toPlainString(), burn.rate(), burn.longWindow().label, burn.shortWindow().label);
    }
}
