/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ConsoleTest {

    @Test
    void stoppedTerminalStopsNobodyWhoSpeaks() throws Exception {
        var goesOn = new CountDownLatch(1); // Ctrl-Q
        var lines = new ByteArrayOutputStream();
        var terminal = new PrintStream(new OutputStream() {
            @Override
            public void write(int octet) {
                try {
                    goesOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                lines.write(octet);
            }
        });
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            Console.print(terminal, "first");
            Console.print(terminal, "second");
            Console.flush();
        });
        goesOn.countDown();
        Console.flush();
        assertEquals("first%nsecond%n".formatted(), lines.toString());
    }
}
