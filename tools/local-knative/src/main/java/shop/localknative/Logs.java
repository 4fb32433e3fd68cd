/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import shop.localknative.console.Console;
import shop.text.PrintableThrowable;
import shop.text.Text;

/**
 * The logs of the libraries: warnings, one line each, whatever text from outside is in them. The {@link Console} says what this
 * program does, and prints both.
 */
final class Logs {
    private static final String CONFIGURATION = """
            .level = WARNING
            shop.localknative.level = INFO
            java.util.logging.SimpleFormatter.format = %1$tT  %4$-7s %3$s %5$s%6$s
            """;

    private Logs() {}

    static void configure() {
        try {
            LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(CONFIGURATION.getBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Logger.getLogger("").addHandler(new ToConsole());
    }

    private static final class ToConsole extends Handler {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord entry) {
            entry.setMessage(Text.printable(formatter.formatMessage(entry)));
            entry.setParameters(null);
            entry.setThrown(PrintableThrowable.of(entry.getThrown()));
            Console.print(System.err, formatter.format(entry));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
