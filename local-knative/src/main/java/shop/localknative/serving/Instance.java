package shop.localknative.serving;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntConsumer;
import shop.localknative.platform.Processes;

/** A running process of a revision, ready for requests. */
final class Instance {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_PROBES = Duration.ofMillis(20);
    private static final int LINES_OF_A_FAILURE = 20;

    private final Process process;
    private final int port;

    private Instance(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a process and blocks until it is ready.
     *
     * @throws IOException when it is not, with the end of its log
     */
    static Instance start(Revision revision, Processes processes) throws IOException, InterruptedException {
        var launch = revision.launch();
        var builder = new ProcessBuilder(revision.image().command())
                .directory(revision.pod().directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(revision.log().toFile()));
        builder.environment().keySet().retainAll(List.of("PATH", "HOME", "LANG", "TMPDIR"));
        builder.environment().putAll(launch.environment());
        var process = processes.start(builder);
        try {
            awaitReadiness(process, launch.readiness(), revision);
            return new Instance(process, launch.port());
        } catch (IOException | InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static void awaitReadiness(Process process, Readiness readiness, Revision revision)
            throws IOException, InterruptedException {
        var deadline = Instant.now().plus(PATIENCE);
        while (!readiness.isReady()) {
            if (!process.isAlive()) {
                throw failure("ended with exit code " + process.exitValue(), revision);
            }
            if (Instant.now().isAfter(deadline)) {
                throw failure("was not ready within " + PATIENCE.toSeconds() + " s", revision);
            }
            Thread.sleep(BETWEEN_PROBES);
        }
    }

    private static IOException failure(String what, Revision revision) throws IOException {
        var lines = Files.readAllLines(revision.log());
        var last = lines.subList(Math.max(0, lines.size() - LINES_OF_A_FAILURE), lines.size());
        return new IOException("%s %s. The end of %s:%n%s"
                .formatted(revision.name(), what, revision.log(), String.join(System.lineSeparator(), last)));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    /** Runs {@code action} when the process has ended, with its exit code. */
    void onExit(IntConsumer action) {
        process.onExit().thenAccept(p -> action.accept(p.exitValue()));
    }

    void stop(Duration grace) {
        Processes.stop(process.toHandle(), grace);
    }
}
