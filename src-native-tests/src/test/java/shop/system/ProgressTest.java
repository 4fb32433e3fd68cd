/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whoever waits for executables sees how far they are: {@code ./run} passes each step on when Maven says it. */
class ProgressTest {
    @Test
    void everyStepIsShownBeforeTheNextBegins() throws IOException {
        var progress =
                new ProcessBuilder("bash", "-c", "eval \"$(sed -n '/^progress() {/,/^}/p' ../run)\"; progress").start();
        try (var maven = progress.outputWriter();
                var shown = progress.inputReader()) {
            for (var step : new String[][] {
                {"[INFO] Building order-service 1.0.0-SNAPSHOT    [4/9]", "building order-service [4/9]"},
                {
                    "[1/8] Initializing...                            (7.1s @ 0.26GB)",
                    "building order-service as an executable [1/8] Initializing..."
                },
                {
                    "[8/8] Creating image...       [*****]",
                    "building order-service as an executable [8/8] Creating image..."
                }
            }) {
                maven.write("[INFO] what else it says\n" + step[0] + "\n");
                maven.flush();
                assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertEquals(step[1], shown.readLine()));
            }
        } finally {
            progress.destroyForcibly();
        }
    }
}
