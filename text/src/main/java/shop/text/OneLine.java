/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/**
 * Keeps every line of a Quarkus application's log what it seems to be, whatever was logged: no text from outside, in a
 * message or in an exception, can begin another line or command a terminal. It is the filter of all handlers by the
 * configuration in this module, so no statement has to think of it.
 */
@LoggingFilter(name = "one-line")
public final class OneLine implements Filter {
    private static final ExtFormatter MESSAGE = new PatternFormatter("%s");

    @Override
    public boolean isLoggable(LogRecord entry) {
        if (entry instanceof ExtLogRecord record) {
            String message = MESSAGE.formatMessage(record);
            String printable = Text.printable(message);
            if (printable != message) {
                record.setMessage(printable, ExtLogRecord.FormatStyle.NO_FORMAT);
            }
        }
        entry.setThrown(PrintableThrowable.of(entry.getThrown()));
        return true;
    }
}
