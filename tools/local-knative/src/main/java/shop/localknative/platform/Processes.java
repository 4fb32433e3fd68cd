/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The processes started for one system. Each is on record, so that what a killed local-knative left behind is stopped
 * by the next start. A record is a file with the process id and the start time, which tells whether the id has been given
 * to another process since. Its place on the disk is taken before the process is started: a full disk starts none that
 * nobody would stop. Without state of its own, so safe for any thread.
 */
public record Processes(Path records) {
    /** Of a record, which is longer than a process id and a time. */
    private static final int LENGTH = 64;

    public Process start(ProcessBuilder builder) throws IOException {
        var record = Files.createTempFile(records, "", "");
        Process process = null;
        try {
            Files.write(record, new byte[LENGTH]);
            process = builder.start();
            fill(record, process.toHandle());
            process.onExit().thenRun(() -> delete(record));
            return process;
        } catch (IOException | RuntimeException e) {
            if (process != null) {
                process.destroyForcibly();
            }
            delete(record);
            throw e;
        }
    }

    /** Writes over what is there, which takes no more space. */
    static void fill(Path record, ProcessHandle process) throws IOException {
        var text = "%d %s".formatted(process.pid(), startOf(process));
        Files.write(record, Arrays.copyOf(text.getBytes(), LENGTH), StandardOpenOption.WRITE);
    }

    /** Stops what an earlier run left behind, and says how many processes that were. */
    public int stopLeftovers() {
        var leftovers = DataDirectory.list(records).stream()
                .flatMap(record -> leftover(record).stream())
                .toList();
        inParallel(leftovers, process -> stop(process, Duration.ofSeconds(10)));
        return leftovers.size();
    }

    private static void inParallel(List<ProcessHandle> processes, Consumer<ProcessHandle> action) {
        try (var threads = Executors.newCachedThreadPool()) {
            processes.forEach(process -> threads.submit(() -> action.accept(process)));
        }
    }

    /**
     * SIGTERM, and SIGKILL when that has not helped within the grace period; then the same for what it has left behind,
     * as a shell does with the command that it waits for.
     */
    public static void stop(ProcessHandle process, Duration grace) {
        var children = process.descendants().toList();
        stopAlone(process, grace);
        inParallel(children.stream().filter(ProcessHandle::isAlive).toList(), child -> stopAlone(child, grace));
    }

    private static void stopAlone(ProcessHandle process, Duration grace) {
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

    /** The resident memory in bytes; empty for a process that has ended, and where there is no {@code /proc}. */
    public static OptionalLong resident(long pid) {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return OptionalLong.empty();
        }
    }

    private Optional<ProcessHandle> leftover(Path record) {
        try {
            var content = Files.readString(record).replace("\0", "").split(" ", 2);
            var process = content.length < 2
                    ? Optional.<ProcessHandle>empty() // killed before it was started
                    : ProcessHandle.of(Long.parseLong(content[0]))
                            .filter(candidate -> startOf(candidate).equals(content[1]));
            process.ifPresentOrElse(p -> p.onExit().thenRun(() -> delete(record)), () -> delete(record));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse("");
    }

    private static void delete(Path record) {
        try {
            Files.deleteIfExists(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
