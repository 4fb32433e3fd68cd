/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import shop.localknative.metrics.ProcessMetrics;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.Ports;
import shop.localknative.platform.Processes;

/** A process of a revision, from before its start until after its end. */
public final class Instance {
    public enum State {
        /** Also while it waits to be started again after a crash. */
        STARTING,
        READY,
        /** Its readiness probe fails: no new requests until it succeeds. */
        UNREADY,
        /** It takes no new requests and ends when those under way are answered. */
        DRAINING
    }

    /**
     * How it is.
     *
     * @param readySince null while it is not
     */
    public record Status(long pid, int port, State state, Instant readySince, int requests) {}

    /** From when its process was to be started until it was ready. */
    public record Startup(Instant begin, Instant end) {}

    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final int BYTES_OF_A_FAILURE = 2_000;

    /** Knative's progress deadline. */
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    /** Longer than most starts; whoever waits for a process that listens elsewhere is told then. */
    private static final Duration SILENT = Duration.ofSeconds(8);

    private static final Set<Integer> KILLED = Set.of(128 + 9, 128 + 15);

    private static final Duration EAGER = Duration.ofSeconds(2);

    private final Revision revision;
    private final Image image;
    private volatile Revision.Launch launch;
    private volatile Process process;
    private ProcessMetrics.Life metrics;
    private volatile Startup startup;
    private volatile long begin = System.nanoTime();
    private long logBegin;

    /** The thread that starts it, watches over it and stops it when interrupted. */
    Thread life;

    // What follows is guarded by the lock of Instances.
    State state = State.STARTING;
    int inFlight;
    boolean wasReady;
    Instant readySince;
    private long drainingSince;
    private boolean ending;

    Instance(Revision revision, Image image) {
        this.revision = revision;
        this.image = image;
    }

    /** Empty before its process is there. */
    Optional<Status> status() {
        return Optional.ofNullable(process).map(p -> new Status(p.pid(), launch.port(), state, readySince, inFlight));
    }

    void drain() {
        if (state != State.DRAINING) {
            state = State.DRAINING;
            drainingSince = System.nanoTime();
        }
    }

    boolean isDrainingFor(Duration time) {
        return state == State.DRAINING && System.nanoTime() - drainingSince > time.toNanos();
    }

    /** Ends the instance, and not twice: a second interrupt would cut its grace period short. */
    void end() {
        if (!ending) {
            ending = true;
            life.interrupt();
        }
    }

    /**
     * Starts the process and blocks until it is ready. Says what was wrong when it is not.
     *
     * @param silent is told when nothing listens at its port for long
     * @param note is told what is different here
     */
    void start(Processes processes, Consumer<String> silent, Consumer<String> note)
            throws IOException, InterruptedException {
        begin = System.nanoTime();
        var started = Instant.now();
        launch = revision.launch(Ports.free());
        logBegin = Files.exists(revision.log()) ? Files.size(revision.log()) : 0;
        var command = new ArrayList<>(image.command());
        command.addAll(launch.local().arguments(image.arguments(), launch.environment()));
        if (Files.isExecutable(SETSID)) {
            command.addFirst(
                    SETSID.toString()); // a terminal's Ctrl-C is for local-knative, which stops in its own order
        }
        var builder = new ProcessBuilder(command)
                .directory(workingDirectory(note).toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(revision.log().toFile()));
        builder.environment().keySet().retainAll(List.of("PATH", "HOME", "LANG", "TMPDIR"));
        builder.environment().putAll(launch.environment());
        process = processes.start(builder);
        metrics = revision.metrics()
                .processes()
                .born(revision.service(), process.toHandle(), launch.metrics().orElse(null));
        awaitReadiness(silent);
        startup = new Startup(started, Instant.now());
    }

    private Path workingDirectory(Consumer<String> note) {
        var given = revision.podTemplate().workload().container().getWorkingDir();
        if (image.directory() != null || given == null) {
            return Optional.ofNullable(image.directory()).orElse(launch.directory());
        }
        var directory = Path.of(launch.local().value(given));
        if (Files.isDirectory(directory)) {
            return directory;
        }
        note.accept("this machine has no %s, its workingDir: it starts in a directory of its own".formatted(given));
        return launch.directory();
    }

    /** Runs the checks often: the first request waits for the time between being ready and the next check. */
    private void awaitReadiness(Consumer<String> silent) throws IOException, InterruptedException {
        var startup = launch.startup();
        var limit = startup.map(
                        probe -> probe.initialDelay().plus(probe.period().multipliedBy(probe.failureThreshold())))
                .orElse(START_LIMIT);
        boolean told = false;
        while (true) {
            var answer = startup.flatMap(probe -> probe.check().run());
            if (answer.isEmpty()) {
                answer = launch.readiness().check().run();
            }
            if (answer.isEmpty()) {
                return;
            }
            var lived = age();
            if (lived.compareTo(limit) > 0) {
                throw failure("was not ready within %d s (%s)".formatted(limit.toSeconds(), answer.get()));
            }
            if (!told && lived.compareTo(SILENT) > 0) {
                told = true;
                new Probe.TcpSocket(launch.port(), Duration.ofSeconds(1))
                        .run()
                        .ifPresent(refused -> silent.accept(
                                "process %d runs, but nothing listens on PORT=%d yet: the port in this variable is where it has to listen, at 127.0.0.1"
                                        .formatted(process.pid(), launch.port())));
            }
            if (process.waitFor(lived.compareTo(EAGER) < 0 ? 2 : 20, TimeUnit.MILLISECONDS)) {
                throw ended();
            }
        }
    }

    /**
     * Watches over the process until it ends or its liveness probe has failed, and says so.
     *
     * @param readiness is told when that changes
     */
    void watch(Consumer<Boolean> readiness) throws IOException, InterruptedException {
        var ready = launch.readiness().new Result(System.nanoTime());
        var live = launch.liveness().map(probe -> probe.new Result(System.nanoTime()));
        long interval = revision.metrics().processes().interval().toNanos();
        long scrape = System.nanoTime() + interval;
        while (true) {
            long due = Math.min(ready.due(), live.map(Probe.Result::due).orElse(Long.MAX_VALUE));
            if (process.waitFor(Math.min(due, scrape) - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw ended();
            }
            if (System.nanoTime() >= scrape) {
                metrics.scrape();
                scrape = System.nanoTime() + interval;
            }
            boolean before = ready.isSuccess();
            ready.checkWhenDue(System.nanoTime());
            if (ready.isSuccess() != before) {
                readiness.accept(ready.isSuccess());
            }
            var wrong = live.flatMap(result -> result.checkWhenDue(System.nanoTime()));
            if (wrong.isPresent()) {
                throw failure("failed its liveness probe (%s)".formatted(wrong.get()));
            }
        }
    }

    /** SIGTERM, SIGKILL when that does not help; before, its last metrics are read. Blocks until it has ended. */
    void stop() {
        if (process != null) {
            try {
                if (wasReady && isAlive()) {
                    metrics.scrape();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Processes.stop(process.toHandle(), GRACE);
            metrics.end();
        }
        if (launch != null) {
            DataDirectory.delete(launch.directory());
        }
    }

    /** SIGKILL or SIGTERM of someone who wants to see what happens then, which is no crash of its own. */
    boolean wasKilledWhenReady() {
        return wasReady && !isAlive() && KILLED.contains(process.exitValue());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    private IOException ended() throws IOException {
        return failure("ended with exit code " + process.exitValue());
    }

    private IOException failure(String what) throws IOException {
        var lines = endOfLog();
        return new IOException(
                lines.isBlank()
                        ? what
                        : "%s. The end of %s:%n%s".formatted(what, revision.log(), lines.stripTrailing()));
    }

    /** Of this process, not of those before it. */
    private String endOfLog() throws IOException {
        long size = Files.size(revision.log());
        try (var log = Files.newInputStream(revision.log())) {
            log.skipNBytes(Math.max(Math.min(logBegin, size), size - BYTES_OF_A_FAILURE));
            return new String(log.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Since its start. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Null before it was ready. */
    public Startup startup() {
        return startup;
    }

    OptionalLong pid() {
        return process == null ? OptionalLong.empty() : OptionalLong.of(process.pid());
    }

    /** Its port that stands for one of the container, or that of its requests. */
    public int port(int ofContainer) {
        return launch.ports().getOrDefault(ofContainer, launch.port());
    }
}
