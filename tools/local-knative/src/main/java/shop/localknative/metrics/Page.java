/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.metrics;

import io.prometheus.client.Collector.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Metrics in Prometheus' text format 0.0.4, or OpenMetrics, of which exemplars, units and times of creation are left out.
 *
 * @param families what is said of each
 * @param sums that only grow while the process lives: counters, histograms, and all of a summary but its quantiles
 * @param gauges everything else
 */
record Page(Map<String, Family> families, Map<Series, Double> sums, Map<Series, Double> gauges) {
    record Family(Type type, String help) {}

    private static final Pattern COMMENT = Pattern.compile("# (TYPE|HELP) (\\S+) (.*)");
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-zA-Z_:][\\w:]*)(?:\\{((?:[^\"}]|\"(?:[^\"\\\\]|\\\\.)*\")*)})?[ \\t]+(NaN|[+-]?(?:Inf|[.\\d][-+.\\deE]*))(?:[ \\t].*)?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)[ \\t]*=[ \\t]*\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    static Page read(String text) {
        var page = new Page(new HashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        text.lines().forEach(page::line);
        return page;
    }

    private void line(String line) {
        var comment = COMMENT.matcher(line);
        var sample = SAMPLE.matcher(line);
        if (comment.matches()) {
            families.merge(
                    comment.group(2),
                    comment.group(1).equals("TYPE")
                            ? new Family(type(comment.group(3)), "")
                            : new Family(Type.UNKNOWN, unescape(comment.group(3))),
                    (one, other) ->
                            new Family(one.type == Type.UNKNOWN ? other.type : one.type, one.help + other.help));
        } else if (sample.matches()) {
            double value = Double.parseDouble(sample.group(3).replace("Inf", "Infinity"));
            add(sample.group(1), Optional.ofNullable(sample.group(2)).orElse(""), value);
        }
    }

    private static Type type(String name) {
        return Stream.of(Type.COUNTER, Type.GAUGE, Type.HISTOGRAM, Type.SUMMARY)
                .filter(type -> type.name().equalsIgnoreCase(name))
                .findFirst()
                .orElse(Type.UNKNOWN);
    }

    private void add(String name, String labels, double value) {
        var family = Stream.of(name, name.replaceFirst("_(bucket|sum|count|total|created)$", ""))
                .filter(families::containsKey)
                .findFirst()
                .orElse(name);
        var names = new ArrayList<String>();
        var values = new ArrayList<String>();
        LABEL.matcher(labels).results().forEach(label -> {
            names.add(label.group(1));
            values.add(unescape(label.group(2)));
        });
        var series = new Series(family, name, names, values);
        var type = Optional.ofNullable(families.get(family)).map(Family::type).orElse(Type.UNKNOWN);
        if (!name.equals(family) && name.endsWith("_created")) {
            return;
        }
        boolean grows =
                switch (type) {
                    case COUNTER, HISTOGRAM -> true;
                    case SUMMARY -> !name.equals(family);
                    case UNKNOWN -> name.endsWith("_total");
                    default -> false;
                };
        (grows ? sums : gauges).put(series, value);
    }

    private static String unescape(String text) {
        return ESCAPED.matcher(text)
                .replaceAll(c -> c.group(1).equals("n") ? "\n" : Matcher.quoteReplacement(c.group(1)));
    }
}
