/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.logging.Handler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(KitResource.class)
class LogTest {
    /** Nothing that a service logs can forge a line, since the module text configures every application that has it. */
    @Test
    void everyEntryOfTheLogIsOneLine() {
        Handler console = Arrays.stream(InitialConfigurator.DELAYED_HANDLER.getHandlers())
                .filter(ConsoleHandler.class::isInstance)
                .findFirst()
                .orElseThrow();
        ExtLogRecord entry = new ExtLogRecord(Level.INFO, "Event %s", ExtLogRecord.FormatStyle.PRINTF, "");
        entry.setParameters(new Object[] {"1\nforged"});
        assertTrue(console.getFilter().isLoggable(entry));
        assertEquals("Event 1\\u000aforged", entry.getMessage());
    }
}
