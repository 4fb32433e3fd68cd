/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A duration of ISO 8601 as Knative reads it, with rickb777/date/period: from years to seconds, in tenths, of which more digits
 * are cut off; a year has 365.2425 days.
 */
final class Period {
    private static final Pattern WHOLE = Pattern.compile(
            "\\+?P(?=.)(nY)?(nM)?(nW)?(nD)?(T(?=.)(nH)?(nM)?(nS)?)?".replace("n", "\\d{1,9}(?:[.,]\\d+)?"));

    private static final Pattern PART = Pattern.compile("(T?)(?:(\\d+)(?:[.,](\\d)\\d*)?([YMWDHS]))");

    private Period() {}

    /** Empty for what is none, or a negative one. */
    static Optional<Duration> parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        long millis = 0;
        boolean time = false;
        for (var part : PART.matcher(text).results().toList()) {
            time |= !part.group(1).isEmpty();
            int tenth = part.group(3) == null ? 0 : Integer.parseInt(part.group(3));
            millis += (Long.parseLong(part.group(2)) * 10 + tenth) * tenthInMillis(part.group(4), time);
        }
        return Optional.of(Duration.ofMillis(millis));
    }

    private static long tenthInMillis(String unit, boolean time) {
        return switch (unit) {
            case "Y" -> 3_155_695_200L;
            case "M" -> time ? 6_000 : 262_974_600L;
            case "W" -> 60_480_000;
            case "D" -> 8_640_000;
            case "H" -> 360_000;
            default -> 100;
        };
    }
}
