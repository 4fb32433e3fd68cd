/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.text.Text;

/**
 * One page of a list that is ordered by a unique key.
 *
 * @param next the cursor of the next page; absent on the last one
 */
public record Page<T>(
        List<T> items,

        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(
                description = "The cursor of the next page; absent on the last one",
                maxLength = 1000,
                examples = "MDFhMjBmOTItMmE5Ni03MDFhLTk0YTctZDA1ODRiOGRjZGU2")
        String next) {

    /** The page of the first {@code limit} of these rows; for {@code next} to be known, {@code limit + 1} must be asked for. */
    public static <T> Page<T> of(List<T> rows, int limit, Function<T, Object> key) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        List<T> items = List.copyOf(rows.subList(0, limit));
        String last = key.apply(items.getLast()).toString();
        return new Page<>(items, Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(UTF_8)));
    }

    /** The key after which the page of this cursor begins, or null without a cursor. */
    public static String after(String cursor) {
        try {
            return cursor == null
                    ? null
                    : Text.plain(new String(Base64.getUrlDecoder().decode(cursor), UTF_8));
        } catch (IllegalArgumentException e) {
            throw badCursor();
        }
    }

    /** As {@link #after}, for lists whose key is a UUID. */
    public static UUID afterId(String cursor) {
        try {
            return cursor == null ? null : UUID.fromString(after(cursor));
        } catch (IllegalArgumentException e) {
            throw badCursor();
        }
    }

    /** As {@link #after}, for lists whose key is a number. */
    public static Long afterNumber(String cursor) {
        try {
            return cursor == null ? null : Long.valueOf(after(cursor));
        } catch (NumberFormatException e) {
            throw badCursor();
        }
    }

    private static ProblemException badCursor() {
        return Problem.invalid(
                Problem.Place.query, "cursor", "The cursor is not one that this list gave as next; start without one.");
    }
}
