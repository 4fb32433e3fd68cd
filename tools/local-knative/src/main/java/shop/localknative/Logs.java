/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;

/** The logs of the libraries: warnings, one line each. The {@link Console} says what this program does. */
final class Logs {
    private static final String CONFIGURATION = """
            handlers = java.util.logging.ConsoleHandler
            .level = WARNING
            shop.localknative.level = INFO
            java.util.logging.ConsoleHandler.level = ALL
            java.util.logging.SimpleFormatter.format = %1$tT  %4$-7s %3$s %5$s%6$s%n
            """;

    private Logs() {}

    static void configure() {
        try {
            LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(CONFIGURATION.getBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
