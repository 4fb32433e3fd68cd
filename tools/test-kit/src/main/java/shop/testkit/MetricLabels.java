/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.regex.Pattern;

/** The labels of an application's metrics, each value of which is a series that Prometheus keeps. */
public final class MetricLabels {
    private static final int MOST = 50;
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** UUIDs, other long numbers in hexadecimal or decimal, e-mail addresses. */
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}|[0-9a-fA-F]{16}|\\d{7}|@");

    private MetricLabels() {}

    /** Fails on a label that is an id, or has as many values as one. */
    public static void assertBounded(String metrics) {
        assertFalse(metrics.isBlank());
        metrics.lines()
                .filter(line -> !line.startsWith("#") && line.contains("{"))
                .collect(groupingBy(line -> line.substring(0, line.indexOf('{'))))
                .forEach((metric, lines) -> lines.stream()
                        .flatMap(line ->
                                LABEL.matcher(line.substring(line.indexOf('{'))).results())
                        .collect(groupingBy(label -> label.group(1), mapping(label -> label.group(2), toSet())))
                        .forEach((label, values) -> assertBounded(metric + "." + label, values)));
    }

    private static void assertBounded(String label, Set<String> values) {
        assertTrue(values.size() <= MOST, label + " has " + values.size() + " values");
        values.forEach(value -> assertFalse(ID.matcher(value).find(), label + " is an id: " + value));
    }
}
