/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.console;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/** The output for the person at the keyboard: one line per thing that happened. */
public final class Console {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private Console() {}

    /** @param who the service or part that this is about */
    public static void say(String who, String what) {
        System.out.printf("%s  %-20s %s%n", LocalTime.now().format(TIME), who, what);
    }
}
