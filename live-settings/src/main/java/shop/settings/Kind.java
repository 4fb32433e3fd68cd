/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import shop.text.Text;

/** The kinds of values, each with the notation in which a value is written and shown. */
public sealed interface Kind<T> {
    /** The values that are allowed, as a phrase. */
    String allowed();

    /** The value that is written so; empty if it is not allowed. */
    Optional<T> parse(String text);

    /** The text that parses to this value. */
    default String print(T value) {
        return value.toString();
    }

    record Period(Duration shortest, Duration longest) implements Kind<Duration> {
        @Override
        public String allowed() {
            return "an ISO 8601 duration from " + print(shortest) + " to " + print(longest);
        }

        @Override
        public Optional<Duration> parse(String text) {
            try {
                return Optional.of(Duration.parse(text))
                        .filter(value -> value.compareTo(shortest) >= 0 && value.compareTo(longest) <= 0);
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        }

        @Override
        public String print(Duration value) {
            Duration days = Duration.ofDays(value.toDays());
            return value.isPositive() && value.equals(days) ? "P" + days.toDays() + "D" : value.toString();
        }
    }

    record WholeNumber(int least, int most) implements Kind<Integer> {
        /** Java would read digits of all scripts, and a +. */
        private static final Pattern DIGITS = Pattern.compile("-?[0-9]+");

        @Override
        public String allowed() {
            return "a whole number from " + least + " to " + most;
        }

        @Override
        public Optional<Integer> parse(String text) {
            try {
                return Optional.of(text)
                        .filter(DIGITS.asMatchPredicate())
                        .map(Integer::valueOf)
                        .filter(value -> value >= least && value <= most);
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    record OpenOrClosed() implements Kind<Switch> {
        private static final String CLOSED = "closed";
        private static final Pattern WITH_MESSAGE = Pattern.compile(CLOSED + ":\\s*(\\S.{0,499})");

        @Override
        public String allowed() {
            return "open, closed, or closed: and a message of one line of up to 500 characters";
        }

        @Override
        public Optional<Switch> parse(String text) {
            var withMessage = WITH_MESSAGE.matcher(text);
            if (withMessage.matches()) {
                return plain(withMessage.group(1)).map(message -> new Switch(false, message));
            }
            return switch (text) {
                case "open" -> Optional.of(Switch.OPEN);
                case CLOSED -> Optional.of(new Switch(false, ""));
                default -> Optional.empty();
            };
        }

        private static Optional<String> plain(String message) {
            try {
                return Optional.of(Text.plain(message));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        @Override
        public String print(Switch value) {
            if (value.open()) {
                return "open";
            }
            return value.message().isEmpty() ? CLOSED : CLOSED + ": " + value.message();
        }
    }

    /**
     * Texts without spaces and commas, which stand between them. An empty file is not an empty list: it may be half written.
     *
     * @param each the phrase for a single one
     */
    record Texts(String each, Predicate<Set<String>> areAllowed) implements Kind<Set<String>> {
        private static final Pattern BETWEEN = Pattern.compile("[,\\s]+");
        private static final String NONE = "none";

        /** A list of some of these. */
        public static Texts outOf(Set<String> known) {
            return new Texts(String.join(", ", new TreeSet<>(known)), known::containsAll);
        }

        @Override
        public String allowed() {
            return NONE + ", or a list with commas of " + each;
        }

        @Override
        public Optional<Set<String>> parse(String text) {
            if (text.equals(NONE)) {
                return Optional.of(Set.of());
            }
            Set<String> value = BETWEEN.splitAsStream(text).collect(toUnmodifiableSet());
            return Optional.of(value).filter(elements -> !elements.isEmpty() && areAllowed.test(elements));
        }

        @Override
        public String print(Set<String> value) {
            return value.isEmpty() ? NONE : String.join(",", new TreeSet<>(value));
        }
    }
}
