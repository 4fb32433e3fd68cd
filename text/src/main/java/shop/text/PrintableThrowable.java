/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** An exception as a log shows it, with messages that are {@linkplain Text#printable printable}. */
public final class PrintableThrowable extends Throwable {
    private final String shown;

    private PrintableThrowable(Throwable original, Set<Throwable> seen) {
        super(null, seen.add(original) ? copy(original.getCause(), seen) : null);
        shown = Text.printable(original.toString());
        setStackTrace(original.getStackTrace());
        for (Throwable suppressed : original.getSuppressed()) {
            if (!seen.contains(suppressed)) {
                addSuppressed(copy(suppressed, seen));
            }
        }
    }

    /** The same exception if all it says is printable; null for null. */
    public static Throwable of(Throwable original) {
        return original == null || isPrintable(original, seen()) ? original : new PrintableThrowable(original, seen());
    }

    @Override
    public String toString() {
        return shown;
    }

    private static Throwable copy(Throwable original, Set<Throwable> seen) {
        return original == null || seen.contains(original) ? null : new PrintableThrowable(original, seen);
    }

    private static boolean isPrintable(Throwable throwable, Set<Throwable> seen) {
        String text = throwable.toString();
        return !seen.add(throwable)
                || Objects.equals(Text.printable(text), text)
                        && Stream.concat(Stream.ofNullable(throwable.getCause()), Stream.of(throwable.getSuppressed()))
                                .allMatch(other -> isPrintable(other, seen));
    }

    /** Causes may go round in a circle. */
    private static Set<Throwable> seen() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
