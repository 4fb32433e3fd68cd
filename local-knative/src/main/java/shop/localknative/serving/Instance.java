package shop.localknative.serving;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import shop.localknative.platform.Ports;
import shop.localknative.platform.Processes;

/** A running process of a revision, ready for requests. */
final class Instance {
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_PROBES = Duration.ofMillis(20);
    private static final int BYTES_OF_A_FAILURE = 2_000;

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
        var launch = revision.launch(Ports.free());
        var builder = new ProcessBuilder(inItsOwnSession(revision.image().command()))
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
            process.destroyForcibly().onExit().join();
            throw e;
        }
    }

    /** A terminal's Ctrl-C is for local-knative, which stops what it started in its own order. */
    private static List<String> inItsOwnSession(List<String> command) {
        return Files.isExecutable(SETSID)
                ? Stream.concat(Stream.of(SETSID.toString()), command.stream()).toList()
                : command;
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
        return new IOException("%s. The end of %s:%n%s".formatted(what, revision.log(), endOf(revision.log())));
    }

    private static String endOf(Path log) throws IOException {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - BYTES_OF_A_FAILURE));
            var end = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(end);
            return new String(end, StandardCharsets.UTF_8);
        }
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

    /** SIGTERM, without waiting. */
    void terminate() {
        process.destroy();
    }

    /** Blocks until it has ended. */
    void stop(Duration grace) {
        Processes.stop(process.toHandle(), grace);
    }
}
