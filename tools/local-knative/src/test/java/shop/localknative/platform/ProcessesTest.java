/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    @TempDir
    Path records;

    Process process;

    @BeforeEach
    void start() throws IOException {
        process = new Processes(records).start(new ProcessBuilder("sleep", "600"));
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
    }

    @Test
    void whatAnEarlierRunLeftIsStopped() {
        assertEquals(1, new Processes(records).stopLeftovers());
        assertFalse(process.isAlive());
        assertEquals(0, new Processes(records).stopLeftovers());
    }

    @Test
    void processThatGotTheSameIdLaterIsLeftAlone() throws IOException {
        Files.writeString(records().getFirst(), process.pid() + " 2001-01-01T00:00:00Z");
        assertEquals(0, new Processes(records).stopLeftovers());
        assertTrue(process.isAlive());
    }

    @Test
    void processThatEndedIsNotOnRecord() {
        process.destroyForcibly();
        Awaitility.await().until(() -> records().isEmpty());
    }

    @Test
    void processThatCanNotBeRecordedIsNotStarted() {
        var started = records.resolve("started");
        var full = new Processes(Path.of("/proc/self/task")); // takes no file, as a full disk
        assertThrows(IOException.class, () -> full.start(new ProcessBuilder("touch", started.toString())));
        assertFalse(Files.exists(started));
    }

    @Test
    void recordOfAProcessThatWasNotStartedAnyMoreIsForgotten() throws IOException {
        Files.write(records.resolve("killed"), new byte[64]); // between the two writes of a record
        assertEquals(1, new Processes(records).stopLeftovers());
        Awaitility.await().until(() -> records().isEmpty());
    }

    @Test
    void processThatCanNotBeStartedIsNotOnRecord() {
        assertThrows(IOException.class, () -> new Processes(records).start(new ProcessBuilder("/no/such/executable")));
        assertEquals(1, records().size());
    }

    private List<Path> records() {
        try (var files = Files.list(records)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void processThatIgnoresSigtermIsKilledAfterTheGracePeriod() throws IOException {
        var stubborn = new Processes(records)
                .start(new ProcessBuilder("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"));
        stubborn.inputReader().readLine();
        Processes.stop(stubborn.toHandle(), Duration.ofMillis(100));
        assertFalse(stubborn.isAlive());
    }
}
