/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A length of time as Go writes it: {@code 1h15m30.5s}. */
public final class GoDuration {
    private static final Map<String, Double> NANOS =
            Map.of("h", 3.6e12, "m", 6e10, "s", 1e9, "ms", 1e6, "us", 1e3, "µs", 1e3, "ns", 1.0);

    private static final Pattern UNIT = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|m|s|us|µs|ns)");
    private static final Pattern WHOLE = Pattern.compile("0|(%s)+".formatted(UNIT));

    private GoDuration() {}

    /** Empty when the text is not a duration. */
    public static Optional<Duration> parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        double nanos = UNIT.matcher(text)
                .results()
                .mapToDouble(part -> Double.parseDouble(part.group(1)) * NANOS.get(part.group(2)))
                .sum();
        return Optional.of(Duration.ofNanos(Math.round(nanos)));
    }
}
