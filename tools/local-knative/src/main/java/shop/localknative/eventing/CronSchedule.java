/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A cron expression as robfig/cron v3 reads it (parser.go) and finds its times (spec.go), for Knative's PingSources go by
 * it: five fields, or six with seconds in front. No library does the same with {@code ?}, {@code *}{@code /2} among the days
 * or a clock that is set forward.
 *
 * @param second bits; so are the other fields
 */
record CronSchedule(ZoneId zone, long second, long minute, long hour, long day, long month, long weekday) {
    /** A field that is not restricted: then only the other one of day and weekday counts. */
    private static final long STAR = 1L << 63;

    private static final int YEARS = 5;

    private static final Pattern TIME_ZONE =
            Pattern.compile("(CRON_)?TZ=(?<zone>\\S*) (?<schedule>.*)", Pattern.DOTALL);

    /** Zones of the time zone database that Java knows by an alias only. */
    private static final Set<String> ABBREVIATED = Set.of("EST", "HST", "MST");

    private static final List<String> MONTHS =
            List.of("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> WEEKDAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    /**
     * @param timezone null or empty for UTC, or the one that the schedule begins with
     * @throws DateTimeException for an unknown time zone
     * @throws IllegalArgumentException for what is no schedule
     */
    static CronSchedule parse(String schedule, String timezone) {
        if (schedule.contains("@every")) {
            throw new IllegalArgumentException("unsupported descriptor @every");
        }
        Matcher zoned = TIME_ZONE.matcher(schedule);
        if (timezone != null && !timezone.isEmpty()) {
            return parse(schedule, zone(timezone));
        }
        return zoned.matches()
                ? parse(zoned.group("schedule"), zone(zoned.group("zone")))
                : parse(schedule, ZoneOffset.UTC);
    }

    private static CronSchedule parse(String schedule, ZoneId zone) {
        String text = schedule.strip();
        List<String> fields = Arrays.asList(described(text).split("\\s+"));
        if (fields.size() < 5 || fields.size() > 6) {
            throw new IllegalArgumentException("expected 5 to 6 fields, found %d: %s".formatted(fields.size(), fields));
        }
        boolean seconds = fields.size() == 6;
        List<String> rest = seconds ? fields.subList(1, 6) : fields;
        return new CronSchedule(
                zone,
                bits(seconds ? fields.getFirst() : "0", 0, 59, List.of()),
                bits(rest.get(0), 0, 59, List.of()),
                bits(rest.get(1), 0, 23, List.of()),
                bits(rest.get(2), 1, 31, List.of()),
                bits(rest.get(3), 1, 12, MONTHS),
                bits(rest.get(4), 0, 6, WEEKDAYS));
    }

    private static String described(String text) {
        return switch (text) {
            case "@yearly", "@annually" -> "0 0 1 1 *";
            case "@monthly" -> "0 0 1 * *";
            case "@weekly" -> "0 0 * * 0";
            case "@daily", "@midnight" -> "0 0 * * *";
            case "@hourly" -> "0 * * * *";
            default -> {
                if (text.startsWith("@")) {
                    throw new IllegalArgumentException("unrecognized descriptor: " + text);
                }
                yield text;
            }
        };
    }

    /** What Go's LoadLocation finds; the local time of Knative's containers is UTC. An offset is no name of a zone. */
    private static ZoneId zone(String name) {
        if (name.equals("Local")) {
            return ZoneOffset.UTC;
        }
        if (!ZoneId.getAvailableZoneIds().contains(name) && !ABBREVIATED.contains(name)) {
            throw new DateTimeException(
                    "provided bad location %s: unknown time zone; a name such as Europe/Berlin is expected"
                            .formatted(name));
        }
        return ZoneId.of(name, ZoneId.SHORT_IDS);
    }

    private static long bits(String field, int min, int max, List<String> names) {
        long bits = 0;
        for (String range : field.split(",")) {
            bits |= range.isEmpty() ? 0 : range(range, min, max, names);
        }
        return bits;
    }

    /** {@code number[-number][/step]}; {@code number/step} goes on to the end. */
    private static long range(String expression, int min, int max, List<String> names) {
        String[] steps = expression.split("/", -1);
        String[] ends = steps[0].split("-", -1);
        if (steps.length > 2) {
            throw new IllegalArgumentException("too many slashes: " + expression);
        }
        boolean any = ends[0].equals("*") || ends[0].equals("?");
        if (!any && ends.length > 2) {
            throw new IllegalArgumentException("too many hyphens: " + expression);
        }
        int step = steps.length == 1 ? 1 : number(steps[1], List.of());
        int start = any ? min : number(ends[0], names);
        int end =
                any || steps.length == 2 && ends.length == 1 ? max : ends.length == 1 ? start : number(ends[1], names);
        if (start < min || end > max || start > end || step == 0) {
            throw new IllegalArgumentException(
                    "%s is not a range from %d to %d with a positive step".formatted(expression, min, max));
        }
        long bits = any && step == 1 ? STAR : 0;
        for (long i = start; i <= end; i += step) {
            bits |= 1L << i;
        }
        return bits;
    }

    private static int number(String text, List<String> names) {
        int named = text.isEmpty() ? -1 : names.indexOf(text.toLowerCase(Locale.ROOT));
        if (named >= 0) {
            return named;
        }
        if (!text.matches("\\+?[0-9]{1,9}")) {
            throw new IllegalArgumentException("failed to parse int from '%s'".formatted(text));
        }
        return Integer.parseInt(text);
    }

    /** The first time after {@code now}; empty when there is none within five years. */
    Optional<ZonedDateTime> next(Instant now) {
        ZonedDateTime t = now.atZone(zone).truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        int lastYear = t.getYear() + YEARS;
        boolean moved = false; // What is smaller than the field that was moved first is at its beginning by then.
        while (t.getYear() <= lastYear) {
            LocalDateTime local = t.toLocalDateTime();
            if (!has(month, t.getMonthValue())) {
                t = moved ? t : date(local.toLocalDate().withDayOfMonth(1).atStartOfDay());
                t = date(t.toLocalDateTime().plusMonths(1));
            } else if (!hasDay(t)) {
                t = moved ? t : date(local.toLocalDate().atStartOfDay());
                t = midnight(date(t.toLocalDateTime().plusDays(1)));
            } else if (!has(hour, t.getHour())) {
                t = (moved ? t : date(local.truncatedTo(ChronoUnit.HOURS))).plusHours(1);
            } else if (!has(minute, t.getMinute())) {
                t = t.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
            } else if (!has(second, t.getSecond())) {
                t = t.plusSeconds(1);
            } else {
                return Optional.of(t);
            }
            moved = true;
        }
        return Optional.empty();
    }

    private static boolean has(long bits, int value) {
        return (bits & 1L << value) != 0;
    }

    private boolean hasDay(ZonedDateTime t) {
        boolean days = has(day, t.getDayOfMonth());
        boolean weekdays = has(weekday, t.getDayOfWeek().getValue() % 7);
        return (day & STAR) != 0 || (weekday & STAR) != 0 ? days && weekdays : days || weekdays;
    }

    /** As Go's time.Date: by the offset at the same time in UTC, or, when that is another one's, by the one found there. */
    private ZonedDateTime date(LocalDateTime time) {
        Instant utc = time.toInstant(ZoneOffset.UTC);
        int first = zone.getRules().getOffset(utc).getTotalSeconds();
        int second = zone.getRules().getOffset(utc.minusSeconds(first)).getTotalSeconds();
        return utc.minusSeconds(first == 0 ? 0 : second).atZone(zone);
    }

    /** A day whose midnight the clock skips begins at another hour, from where robfig/cron steps back or on. */
    private static ZonedDateTime midnight(ZonedDateTime t) {
        int hour = t.getHour();
        return hour == 0 ? t : t.plusHours(hour > 12 ? 24 - hour : -hour);
    }
}
