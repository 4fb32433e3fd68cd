/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.metrics;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A name with its labels, of a family of metrics. */
record Series(String family, String name, List<String> labels, List<String> values) {
    /** The same of a service: as in Prometheus, a label of that name which the process gives becomes {@code exported_}. */
    Series with(Map<String, String> more) {
        Set<String> names = more.keySet();
        return new Series(
                family,
                name,
                Stream.concat(names.stream(), labels.stream().map(l -> names.contains(l) ? "exported_" + l : l))
                        .toList(),
                Stream.concat(more.values().stream(), values.stream()).toList());
    }
}
