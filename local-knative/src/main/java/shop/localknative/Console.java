package shop.localknative;

import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/** What the person at the keyboard sees: one line per thing that happened. */
public final class Console {
    private Console() {}

    /** @param who the service or part that this is about */
    public static void say(String who, String what) {
        System.out.printf("%s  %-20s %s%n", LocalTime.now().truncatedTo(ChronoUnit.SECONDS), who, what);
    }
}
