/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.console;

import java.nio.file.Path;

/** Something that the person at the keyboard has to change. The message says where it is and what was expected. */
public final class StartException extends RuntimeException {
    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A mistake in a file, at a line counted from 1. */
    public static StartException at(Path file, int line, String message) {
        return new StartException("%s:%d: %s".formatted(file, line, message));
    }
}
