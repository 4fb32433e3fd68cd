/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The processes started for one system. Each is on record, so that what a killed local-knative left behind is stopped
 * by the next start. A record is a file named by the process id; its content, the start time, tells whether the id has
 * been given to another process since.
 */
public final class Processes {
    private final Path records;

    public Processes(Path records) {
        this.records = records;
    }

    public Process start(ProcessBuilder builder) throws IOException {
        var process = builder.start();
        record(process.toHandle());
        return process;
    }

    void record(ProcessHandle process) throws IOException {
        var record = record(process.pid());
        Files.writeString(record, startOf(process));
        process.onExit().thenRun(() -> delete(record));
    }

    /** Stops what an earlier run left behind, and says how many processes that were. */
    public int stopLeftovers() {
        var leftovers = leftovers();
        leftovers.forEach(ProcessHandle::destroy);
        leftovers.forEach(process -> stop(process, Duration.ofSeconds(10)));
        return leftovers.size();
    }

    /** SIGTERM, and SIGKILL when that has not helped within the grace period. */
    public static void stop(ProcessHandle process, Duration grace) {
        process.destroy();
        try {
            process.onExit().get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            process.destroyForcibly();
            process.onExit().join();
        } catch (ExecutionException | InterruptedException e) {
            process.destroyForcibly();
        }
    }

    private List<ProcessHandle> leftovers() {
        try (Stream<Path> files = Files.list(records)) {
            return files.flatMap(file -> leftover(file).stream()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<ProcessHandle> leftover(Path record) {
        try {
            var start = Files.readString(record);
            var process = ProcessHandle.of(Long.parseLong(record.getFileName().toString()))
                    .filter(candidate -> startOf(candidate).equals(start));
            process.ifPresentOrElse(p -> p.onExit().thenRun(() -> delete(record)), () -> delete(record));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse("");
    }

    private Path record(long pid) {
        return records.resolve(Long.toString(pid));
    }

    private static void delete(Path record) {
        try {
            Files.deleteIfExists(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
