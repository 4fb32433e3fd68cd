/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import shop.system.Objective.Burn;
import shop.system.Objective.Window;

/**
 * The table of all alarms, k8s/monitoring/alarms.yaml, and the rules for Prometheus that follow from it.
 *
 * @param shortening a whole number by which every period is divided, so that a test need not wait; else 1
 */
record AlarmTable(List<Alarm> alarms, List<Objective> objectives, BigDecimal shortening) {
    static final Path FOLDER = Path.of("k8s/monitoring");

    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLMapper.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                    .build()
                    .getFactory())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    static final BigDecimal OBJECTIVE_PERIOD = BigDecimal.valueOf(60);

    /** The content of the file. */
    record Content(List<Alarm> alarms, List<Objective> objectives) {}

    record Rules(List<Group> groups) {}

    /** @param interval of evaluation */
    record Group(String name, String interval, List<Rule> rules) {}

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Rule(
            String record, String alert, String expr, Map<String, String> labels, Map<String, String> annotations) {}

    static AlarmTable read() {
        try {
            Content content = YAML.readValue(
                    Manifests.ROOT.resolve(FOLDER).resolve("alarms.yaml").toFile(), Content.class);
            return new AlarmTable(content.alarms(), content.objectives(), BigDecimal.ONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    AlarmTable shortened(int by) {
        BigDecimal divisor = BigDecimal.valueOf(by);
        return new AlarmTable(
                alarms.stream()
                        .map(alarm -> alarm.withPeriod(alarm.period().divide(divisor, MathContext.DECIMAL32)))
                        .toList(),
                objectives,
                shortening.multiply(divisor));
    }

    /** A rule file. A group is evaluated at the end of each of its periods. */
    Rules rules() {
        return new Rules(Stream.concat(
                        alarmsByPeriod().entrySet().stream().map(group -> alarms(group.getKey(), group.getValue())),
                        objectives.isEmpty() ? Stream.empty() : Stream.of(objectivesGroup()))
                .toList());
    }

    /** The same for the Prometheus Operator. */
    Map<String, Object> prometheusRule() {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("apiVersion", "monitoring.coreos.com/v1");
        resource.put("kind", "PrometheusRule");
        resource.put("metadata", new TreeMap<>(Map.of("name", "shop", "namespace", "shop")));
        resource.put("spec", rules());
        return resource;
    }

    static String yaml(Object content) {
        try {
            return "# Made of alarms.yaml; AlarmsTest says how.\n" + YAML.writeValueAsString(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<BigDecimal, List<Alarm>> alarmsByPeriod() {
        return alarms.stream().collect(Collectors.groupingBy(Alarm::period, TreeMap::new, Collectors.toList()));
    }

    private static Group alarms(BigDecimal period, List<Alarm> alarms) {
        String interval = PromQl.duration(period);
        return new Group(
                "alarms-" + interval,
                interval,
                Stream.concat(
                                Stream.of(
                                        new Rule("alarm:period", null, "vector(1)", Map.of("period", interval), null)),
                                alarms.stream().flatMap(AlarmTable::rules))
                        .toList());
    }

    private static Stream<Rule> rules(Alarm alarm) {
        Map<String, String> label = Map.of("alarm", alarm.name());
        return Stream.of(
                new Rule("alarm:datapoint", null, alarm.datapoint(), label, null),
                new Rule("alarm:breach:bool", null, alarm.breach(), label, null),
                new Rule("alarm:breach:sum", null, alarm.breaching(), label, null),
                new Rule("alarm:breach:count", null, alarm.existing(), label, null),
                alert(
                        alarm.name(),
                        alarm.alarm(),
                        labels(alarm.severity(), alarm.action(), label),
                        alarm.summary(),
                        alarm.condition(),
                        alarm.remedy()));
    }

    private Group objectivesGroup() {
        BigDecimal period = shorter(OBJECTIVE_PERIOD);
        return new Group(
                "objectives",
                PromQl.duration(period),
                objectives.stream()
                        .flatMap(objective -> rules(objective, period))
                        .toList());
    }

    private Stream<Rule> rules(Objective objective, BigDecimal period) {
        Map<String, String> label = Map.of("slo", objective.name());
        return Stream.of(
                        Stream.of(
                                new Rule(
                                        "slo:good:increase",
                                        null,
                                        objective.increase(objective.good(), period),
                                        label,
                                        null),
                                new Rule(
                                        "slo:total:increase",
                                        null,
                                        objective.increase(objective.total(), period),
                                        label,
                                        null)),
                        Stream.of(Window.values())
                                .map(window -> new Rule(
                                        "slo:error_ratio",
                                        null,
                                        objective.errorRatio(shorter(window.seconds)),
                                        new TreeMap<>(Map.of("slo", objective.name(), "window", window.label)),
                                        null)),
                        Objective.BURNS.stream().map(burn -> rule(objective, burn)))
                .flatMap(rules -> rules);
    }

    private static Rule rule(Objective objective, Burn burn) {
        return alert(
                objective.name() + "Burning",
                objective.alarm(burn),
                labels(
                        burn.severity(),
                        objective.action(),
                        Map.of(
                                "alarm",
                                objective.name() + "Burning",
                                "burn_rate",
                                burn.rate(),
                                "slo",
                                objective.name(),
                                "window",
                                burn.longWindow().label)),
                objective.summary(),
                objective.condition(burn),
                objective.remedy());
    }

    private static Rule alert(
            String name, String expr, Map<String, String> labels, String summary, String condition, String remedy) {
        return new Rule(
                null,
                name,
                expr,
                labels,
                new TreeMap<>(Map.of("summary", summary, "condition", condition, "remedy", remedy)));
    }

    /** By namespace the Prometheus Operator chooses the AlertmanagerConfig. */
    private static Map<String, String> labels(Alarm.Severity severity, Alarm.Action action, Map<String, String> more) {
        Map<String, String> labels = new TreeMap<>(more);
        labels.put("namespace", "shop");
        labels.put("severity", severity.name());
        labels.put("action", action.name());
        return labels;
    }

    private BigDecimal shorter(BigDecimal seconds) {
        return seconds.divide(shortening, MathContext.DECIMAL32);
    }
}
