/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Cases for {@code promtool test rules}. Datapoints are written as in CloudWatch's documentation, the latest on the right: 0 does
 * not breach, X does, - is missing.
 */
final class AlarmCases {
    private static final BigDecimal HALF = new BigDecimal("0.5");

    private AlarmCases() {}

    /** A file of tests. */
    record File(
            @JsonProperty("rule_files") List<String> ruleFiles,
            @JsonProperty("evaluation_interval") String interval,
            List<Case> tests) {}

    record Case(
            String name,
            String interval,
            @JsonProperty("input_series") List<Series> series,
            @JsonProperty("alert_rule_test") List<Expectation> expectations) {}

    record Series(String series, String values) {}

    record Expectation(
            @JsonProperty("eval_time") String time,
            @JsonProperty("alertname") String alarm,
            @JsonProperty("exp_alerts") List<Alert> alerts) {}

    record Alert(
            @JsonProperty("exp_labels") Map<String, String> labels,
            @JsonProperty("exp_annotations") Map<String, String> annotations) {}

    /** The cases of every alarm of one period, which is the interval of evaluation. */
    static File of(AlarmTable table, BigDecimal period, String rules) {
        return file(period, rules, table.alarmsByPeriod().get(period).stream().flatMap(alarm -> cases(table, alarm)));
    }

    static File file(BigDecimal period, String rules, Stream<Case> cases) {
        return new File(List.of(rules), PromQl.duration(period), cases.toList());
    }

    private static Stream<Case> cases(AlarmTable table, Alarm alarm) {
        String good = "0 ".repeat(alarm.evaluationPeriods() + Alarm.LOOK_BACK);
        String nothing = " -".repeat(alarm.evaluationPeriods() + Alarm.LOOK_BACK);
        String bad = "X".repeat(alarm.datapointsToAlarm()).replace("X", " X").strip();
        boolean filled = alarm.treatMissingData() == Alarm.MissingData.breaching;
        boolean kept = alarm.treatMissingData() == Alarm.MissingData.ignore;
        return Stream.of(
                of(table, alarm, good, false),
                of(table, alarm, good + bad, true),
                of(table, alarm, good + bad.substring(1).strip(), false),
                of(table, alarm, good + bad + " " + good.strip(), false),
                of(table, alarm, good + nothing.strip(), filled),
                of(table, alarm, good + bad + nothing, filled || kept));
    }

    /** Whether the alarm is on after these datapoints. */
    static Case of(AlarmTable table, Alarm alarm, String datapoints, boolean on) {
        String[] points = datapoints.strip().split(" +");
        BigDecimal end = alarm.period().multiply(BigDecimal.valueOf(points.length));
        return new Case(
                "%s after %s: %s".formatted(alarm.name(), String.join(" ", points), on ? "ALARM" : "OK"),
                // Each period has its datapoint in the middle.
                PromQl.duration(alarm.period().multiply(HALF)),
                series(alarm, points),
                List.of(new Expectation(
                        PromQl.duration(end), alarm.name(), on ? List.of(alert(table, alarm)) : List.of())));
    }

    /** The cases of every objective: its budget burns a little faster than each speed that alarms, slower than the slowest, or not any more. */
    static File ofObjectives(AlarmTable table, String rules) {
        return file(
                AlarmTable.OBJECTIVE_PERIOD,
                rules,
                table.objectives().stream()
                        .flatMap(objective -> Stream.concat(
                                Objective.BURNS.stream()
                                        .map(burn -> burning(table, objective, new BigDecimal(burn.rate()), "1.1", 0)),
                                Stream.of(
                                        burning(table, objective, BigDecimal.ONE, "0.9", 0),
                                        burning(table, objective, new BigDecimal("14.4"), "1.1", 10)))));
    }

    /** @param recovered for how many minutes, after ten bad ones */
    private static Case burning(AlarmTable table, Objective objective, BigDecimal rate, String factor, int recovered) {
        BigDecimal speed = rate.multiply(new BigDecimal(factor));
        int events = 100_000;
        int bad = objective
                .budget()
                .multiply(speed)
                .multiply(BigDecimal.valueOf(events))
                .intValueExact();
        String goodOnes = "0+%dx10 %d+%dx10".formatted(events - bad, 11 * events - 10 * bad, events);
        boolean oneCounter = objective.good().contains("!=");
        String good = oneOf(objective.good());
        Series others = oneCounter
                ? new Series(good.replace("!=", "="), "0+%dx10 %d+0x10".formatted(bad, 10 * bad))
                : new Series(oneOf(objective.total()), "0+%dx20".formatted(events));
        return new Case(
                "%s burning %s times too fast%s"
                        .formatted(objective.name(), speed.toPlainString(), recovered > 0 ? ", ten minutes ago" : ""),
                PromQl.duration(AlarmTable.OBJECTIVE_PERIOD),
                List.of(new Series(good.replace("!=\"", "=\"not "), goodOnes), others),
                List.of(new Expectation(
                        10 + recovered + "m",
                        objective.name() + "Burning",
                        alerts(table, objective.name() + "Burning")
                                .filter(alert -> {
                                    BigDecimal limit =
                                            new BigDecimal(alert.labels().get("burn_rate"));
                                    // Half of the time was bad: half as fast, and nothing in the last five.
                                    return recovered == 0
                                            ? limit.compareTo(speed) < 0
                                            : limit.compareTo(speed.divide(BigDecimal.TWO)) < 0
                                                    && limit.compareTo(new BigDecimal("14.4")) < 0;
                                })
                                .toList())));
    }

    /** The first of the series that a selector with {@code =~"a|b"} is for. */
    private static String oneOf(String selector) {
        return selector.replaceAll("=~\"([^|\"]*)[^\"]*\"", "=\"$1\"");
    }

    private static Stream<Alert> alerts(AlarmTable table, String name) {
        return table.rules().groups().stream()
                .flatMap(group -> group.rules().stream())
                .filter(rule -> name.equals(rule.alert()))
                .map(rule -> new Alert(rule.labels(), rule.annotations()));
    }

    private static Alert alert(AlarmTable table, Alarm alarm) {
        Alert rule = alerts(table, alarm.name()).findFirst().orElseThrow();
        Map<String, String> labels = new TreeMap<>(rule.labels());
        alarm.by().forEach(label -> labels.put(label, "any"));
        return new Alert(labels, rule.annotations());
    }

    private static List<Series> series(Alarm alarm, String... points) {
        BigDecimal breaching = breaching(alarm);
        BigDecimal harmless = harmless(alarm);
        if (!alarm.statistic().startsWith("p")) {
            String suffix = alarm.statistic().equals("SampleCount") ? "_count" : "";
            boolean counter = alarm.statistic().equals("Sum") || !suffix.isEmpty();
            return List.of(new Series(name(alarm, suffix), values(counter, harmless, breaching, points)));
        }
        List<Series> buckets = new ArrayList<>();
        for (BigDecimal bound : List.of(alarm.threshold(), alarm.threshold().multiply(BigDecimal.TWO))) {
            buckets.add(bucket(alarm, bound.toPlainString(), bound.compareTo(alarm.threshold()) > 0, points));
        }
        buckets.add(bucket(alarm, "+Inf", true, points));
        return buckets;
    }

    /** One observation in each period, above or below the threshold. */
    private static Series bucket(Alarm alarm, String bound, boolean above, String... points) {
        String name = name(alarm, "_bucket");
        String label = "le=\"" + bound + "\"";
        String series = name.endsWith("}")
                ? name.substring(0, name.length() - 1) + ", " + label + "}"
                : name + "{" + label + "}";
        return new Series(series, values(true, BigDecimal.ONE, above ? BigDecimal.ONE : BigDecimal.ZERO, points));
    }

    private static String values(boolean counter, BigDecimal harmless, BigDecimal breaching, String... points) {
        List<String> values = new ArrayList<>();
        BigDecimal count = BigDecimal.ZERO;
        for (String point : points) {
            values.add("_");
            if (point.equals("-")) {
                values.add("_");
            } else {
                BigDecimal value = point.equals("X") ? breaching : harmless;
                count = count.add(value);
                values.add((counter ? count : value).toPlainString());
            }
        }
        return String.join(" ", values);
    }

    private static BigDecimal breaching(Alarm alarm) {
        return switch (alarm.comparisonOperator()) {
            case GreaterThanThreshold -> alarm.threshold().add(BigDecimal.ONE);
            case LessThanThreshold -> alarm.threshold().subtract(BigDecimal.ONE);
            case GreaterThanOrEqualToThreshold, LessThanOrEqualToThreshold -> alarm.threshold();
        };
    }

    private static BigDecimal harmless(Alarm alarm) {
        return switch (alarm.comparisonOperator()) {
            case GreaterThanOrEqualToThreshold -> alarm.threshold().subtract(BigDecimal.ONE);
            case LessThanOrEqualToThreshold -> alarm.threshold().add(BigDecimal.ONE);
            case GreaterThanThreshold, LessThanThreshold -> alarm.threshold();
        };
    }

    private static String name(Alarm alarm, String suffix) {
        Map<String, String> labels = new TreeMap<>();
        alarm.by().forEach(label -> labels.put(label, "any"));
        alarm.dimensions().forEach((label, values) -> labels.put(label, values.split("\\|")[0]));
        return labels.isEmpty()
                ? alarm.metric() + suffix
                : labels.entrySet().stream()
                        .map(label -> "%s=\"%s\"".formatted(label.getKey(), label.getValue()))
                        .reduce((one, other) -> one + ", " + other)
                        .map(all -> alarm.metric() + suffix + "{" + all + "}")
                        .orElseThrow();
    }
}
