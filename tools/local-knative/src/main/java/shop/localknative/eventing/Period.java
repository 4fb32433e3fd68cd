/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A duration of ISO 8601 as Knative reads it, with rickb777/date/period: from years to seconds, in tenths, of which more digits
 * are cut off; a year has 365.2425 days.
 */
final class Period {
    private static final Map<String, Long> MILLIS = new LinkedHashMap<>();

    private static final Pattern FORMAT;

    static {
        MILLIS.put("years", 31_556_952_000L);
        MILLIS.put("months", 31_556_952_000L / 12);
        MILLIS.put("weeks", 604_800_000L);
        MILLIS.put("days", 86_400_000L);
        MILLIS.put("hours", 3_600_000L);
        MILLIS.put("minutes", 60_000L);
        MILLIS.put("seconds", 1_000L);
        FORMAT = Pattern.compile(("\\+?P(?=.*\\d)(<years>Y)?(<months>M)?(<weeks>W)?(<days>D)?"
                        + "(T(?=\\d)(<hours>H)?(<minutes>M)?(<seconds>S)?)?")
                .replaceAll("<(\\w+)>", "(?<$1>\\\\d+(?:[.,]\\\\d+)?)"));
    }

    private Period() {}

    /** Empty for what is none, or a negative one. */
    static Optional<Duration> parse(String text) {
        var found = FORMAT.matcher(text);
        if (!found.matches()) {
            return Optional.empty();
        }
        var millis = BigDecimal.ZERO;
        for (var unit : MILLIS.entrySet()) {
            var number = found.group(unit.getKey());
            if (number != null) {
                var tenths = new BigDecimal(number.replace(',', '.')).setScale(1, RoundingMode.DOWN);
                millis = millis.add(tenths.multiply(BigDecimal.valueOf(unit.getValue())));
            }
        }
        return Optional.of(Duration.ofMillis(millis.longValue()));
    }
}
