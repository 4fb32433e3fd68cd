/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

class OneLineTest {
    private static final String FORGED = "1\r\n2026-11-24 INFO forged \u001b[2J\u2028";
    private static final String SHOWN = "1\\u000d\\u000a2026-11-24 INFO forged \\u001b[2J\\u2028";

    @Test
    void messageIsOneLineWhateverItsParameters() {
        ExtLogRecord record =
                new ExtLogRecord(Level.INFO, "Event %s of 100%% handled", ExtLogRecord.FormatStyle.PRINTF, "");
        record.setParameters(new Object[] {FORGED});
        assertEquals("Event " + SHOWN + " of 100% handled\n", logged(record));
    }

    @Test
    void exceptionsBeginNoLineOfTheirOwn() {
        Exception failure = new IllegalStateException("outer", new IllegalArgumentException(FORGED));
        failure.addSuppressed(new RuntimeException(FORGED));
        ExtLogRecord record = new ExtLogRecord(Level.ERROR, "failed", "");
        record.setThrown(failure);
        String log = logged(record);
        assertTrue(log.contains("Caused by: java.lang.IllegalArgumentException: " + SHOWN), log);
        assertTrue(log.contains("Suppressed: java.lang.RuntimeException: " + SHOWN), log);
        assertTrue(
                log.lines()
                        .allMatch(line ->
                                line.matches("|failed.*|\\t+at .*|\\t*(Caused by|Suppressed): .*|\\t*\\.\\.\\. .*")),
                log);
    }

    @Test
    void causesThatGoRoundInACircleAreShownOnce() {
        Exception first = new Exception(FORGED);
        first.initCause(new Exception("second", first));
        ExtLogRecord record = new ExtLogRecord(Level.ERROR, "failed", "");
        record.setThrown(first);
        assertTrue(logged(record).contains("Exception: second"));
    }

    private static String logged(ExtLogRecord record) {
        assertTrue(new OneLine().isLoggable(record));
        return new PatternFormatter("%s%e%n").format(record);
    }
}
