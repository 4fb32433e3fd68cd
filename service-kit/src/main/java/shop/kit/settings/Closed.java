/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.settings;

import java.time.Duration;
import shop.kit.http.Problem;
import shop.settings.Switch;

/** The answer to whoever asks for what the operator has closed for a while. */
public final class Closed {
    /** Nobody knows for how long; clients that come again this often are no burden. */
    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

    private Closed() {}

    /**
     * Throws a 503 problem with {@code Retry-After} unless it is open.
     *
     * @param what what is closed, in the plural, such as "orders"
     */
    public static void requireOpen(Switch openOrClosed, String what) {
        if (!openOrClosed.open()) {
            throw Problem.unavailable(
                    what + "-closed",
                    Character.toUpperCase(what.charAt(0)) + what.substring(1) + " closed",
                    openOrClosed.message().isEmpty()
                            ? "No new " + what + " are taken for now; try again later."
                            : openOrClosed.message(),
                    RETRY_AFTER);
        }
    }
}
