/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One line of the alarm table, with the meaning that CloudWatch gives its fields ("Using Amazon CloudWatch alarms" and
 * "Configuring how CloudWatch alarms treat missing data"), in PromQL.
 *
 * @param by one alarm for each value of these labels
 * @param period in seconds
 */
record Alarm(
        String name,
        String summary,
        String remedy,
        String metric,
        Map<String, String> dimensions,
        List<String> by,
        String statistic,
        Comparison comparisonOperator,
        BigDecimal threshold,
        BigDecimal period,
        int evaluationPeriods,
        int datapointsToAlarm,
        MissingData treatMissingData,
        Severity severity,
        Action action) {

    enum Severity {
        critical,
        warning
    }

    enum Action {
        mail,
        none
    }

    enum MissingData {
        missing,
        notBreaching,
        breaching,
        ignore
    }

    enum Comparison {
        GreaterThanThreshold(">"),
        GreaterThanOrEqualToThreshold(">="),
        LessThanThreshold("<"),
        LessThanOrEqualToThreshold("<=");

        final String operator;

        Comparison(String operator) {
            this.operator = operator;
        }
    }

    /** The kind of metric, which the statistic tells. */
    private sealed interface Kind {
        record Counter(String series) implements Kind {}

        /** @param function which of PromQL's takes it over time and over series */
        record Gauge(String function) implements Kind {}

        record Histogram(BigDecimal quantile) implements Kind {}
    }

    /**
     * CloudWatch looks back further than the evaluation periods when data is missing. How far, its documentation shows by examples
     * only: a range of 5 for 3 periods.
     */
    static final int LOOK_BACK = 2;

    private static final Duration LONGEST = Duration.ofDays(1);

    Alarm {
        dimensions = dimensions == null ? Map.of() : new TreeMap<>(dimensions);
        by = by == null ? List.of() : List.copyOf(by);
        require(name, name.matches("[A-Z][A-Za-z0-9]*"), "name: must be in CamelCase");
        require(name, period.signum() > 0, "period: must be a number of seconds above 0");
        require(name, datapointsToAlarm > 0, "datapointsToAlarm: must be at least 1");
        require(
                name,
                datapointsToAlarm <= evaluationPeriods,
                "datapointsToAlarm: must not be more than evaluationPeriods");
        require(
                name,
                period.multiply(BigDecimal.valueOf(evaluationPeriods))
                                .compareTo(BigDecimal.valueOf(LONGEST.toSeconds()))
                        <= 0,
                "evaluationPeriods: all together must not be longer than a day");
        require(
                name,
                treatMissingData != MissingData.breaching || by.isEmpty(),
                "by: nobody knows what is missing of labels that were never seen; take the label into dimensions");
        kind(name, metric, statistic);
    }

    private static void require(String name, boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException("alarm " + name + ", " + problem);
        }
    }

    private static Kind kind(String name, String metric, String statistic) {
        return switch (statistic) {
            case "Sum" -> {
                require(name, metric.endsWith("_total"), "statistic: Sum is of a counter, whose name ends in _total");
                yield new Kind.Counter(metric);
            }
            case "SampleCount" -> new Kind.Counter(metric + "_count");
            case "Average" -> new Kind.Gauge("avg");
            case "Minimum" -> new Kind.Gauge("min");
            case "Maximum" -> new Kind.Gauge("max");
            default -> {
                require(
                        name,
                        statistic.matches("p\\d{1,2}(\\.\\d+)?"),
                        "statistic: must be Sum, SampleCount, Average, Minimum, Maximum or a percentile as p99");
                yield new Kind.Histogram(new BigDecimal(statistic.substring(1)).movePointLeft(2));
            }
        };
    }

    private Kind kind() {
        return kind(name, metric, statistic);
    }

    Alarm withPeriod(BigDecimal period) {
        return new Alarm(
                name,
                summary,
                remedy,
                metric,
                dimensions,
                by,
                statistic,
                comparisonOperator,
                threshold,
                period,
                evaluationPeriods,
                datapointsToAlarm,
                treatMissingData,
                severity,
                action);
    }

    /** In words, for the mail. */
    String condition() {
        return "%s of %s %s %s in %d of %d periods of %s"
                .formatted(
                        statistic,
                        selector(""),
                        comparisonOperator.operator,
                        threshold.toPlainString(),
                        datapointsToAlarm,
                        evaluationPeriods,
                        PromQl.duration(period));
    }

    /** The value of the period that ends now; nothing if there is no data. */
    String datapoint() {
        return switch (kind()) {
            case Kind.Counter(String series) -> "sum%s(%s)".formatted(grouping(""), increase(series));
            case Kind.Gauge(String function) ->
                "%s%s(%s_over_time(%s[%s]))"
                        .formatted(function, grouping(""), function, selector(""), PromQl.duration(period));
            // Without observations the quantile is NaN, which no comparison holds for.
            case Kind.Histogram(BigDecimal quantile) ->
                "histogram_quantile(%s, sum%s(%s)) >= 0"
                        .formatted(quantile.toPlainString(), grouping("le"), increase(metric + "_bucket"));
        };
    }

    /** Whether the datapoint breaches the threshold, 1 or 0. */
    String breach() {
        return "%s %s bool %s".formatted(recorded("datapoint"), comparisonOperator.operator, threshold.toPlainString());
    }

    /** How many breach it of the latest {@link #evaluationPeriods} datapoints that there are in the range that is looked at. */
    String breaching() {
        return "%s or %s or %s"
                .formatted(
                        breachingIfComplete(evaluationPeriods),
                        breachingIfComplete(evaluationPeriods + 1),
                        over("sum", evaluationPeriods + LOOK_BACK));
    }

    private String breachingIfComplete(int periods) {
        return "%s and %s == %d".formatted(over("sum", periods), over("count", periods), evaluationPeriods);
    }

    /** How many datapoints there are of the {@link #evaluationPeriods} that are needed. */
    String existing() {
        return "clamp_max(%s, %d)".formatted(over("count", evaluationPeriods + LOOK_BACK), evaluationPeriods);
    }

    /** Holds while the alarm is on. */
    String alarm() {
        String breaching = recorded("breach:sum");
        String existing = recorded("breach:count");
        String enough = "%s >= %d".formatted(breaching, datapointsToAlarm);
        return switch (treatMissingData) {
            case notBreaching -> enough;
            case missing ->
                datapointsToAlarm == 1
                        ? enough
                        // All that is there breaches, and the oldest of it is as old as if nothing had been missing
                        // since.
                        : "%s or (%s == %s unless %s == %s)"
                                .formatted(enough, breaching, existing, existing, over("count", datapointsToAlarm - 1));
            case breaching -> // Between the first two records is the first period that Prometheus has seen.
                "(sum(%s - %s) or vector(0)) + scalar(%s) - 1 >= %d"
                        .formatted(
                                breaching,
                                existing,
                                PromQl.overPeriods(
                                        "count",
                                        PERIODS.formatted(PromQl.duration(period)),
                                        period,
                                        evaluationPeriods + 1),
                                datapointsToAlarm);
            case ignore ->
                "%s or (max by(%s) (ALERTS{alarm=\"%s\", alertstate=\"firing\"}) unless %s < %s)"
                        .formatted(enough, labels("alarm"), name, breaching, existing);
        };
    }

    /** Recorded at the end of each period, so that it is known for how many of them Prometheus has run. */
    static final String PERIODS = "alarm:period{period=\"%s\"}";

    String selector(String suffix) {
        return dimensions.isEmpty()
                ? metric + suffix
                : dimensions.entrySet().stream()
                        .map(dimension -> "%s%s\"%s\""
                                .formatted(
                                        dimension.getKey(),
                                        dimension.getValue().contains("|") ? "=~" : "=",
                                        dimension.getValue()))
                        .collect(Collectors.joining(", ", metric + suffix + "{", "}"));
    }

    private String increase(String series) {
        return PromQl.increase(selector(series.substring(metric.length())), period);
    }

    private String over(String function, int periods) {
        return PromQl.overPeriods(function, recorded("breach:bool"), period, periods);
    }

    private String recorded(String what) {
        return "alarm:%s{alarm=\"%s\"}".formatted(what, name);
    }

    private String grouping(String first) {
        String labels = labels(first);
        return labels.isEmpty() ? "" : " by(" + labels + ") ";
    }

    private String labels(String first) {
        return first.isEmpty() || by.isEmpty() ? first + String.join(", ", by) : first + ", " + String.join(", ", by);
    }
}
