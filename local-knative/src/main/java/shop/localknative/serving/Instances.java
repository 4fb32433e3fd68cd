package shop.localknative.serving;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import shop.localknative.Console;
import shop.localknative.platform.Processes;

/** The instances of a revision: none until the first request, then one, and a new one when that has died. */
public final class Instances {
    private static final Duration GRACE = Duration.ofSeconds(20);

    public enum State {
        NONE,
        STARTING,
        READY,
        FAILED,
        ENDED
    }

    private final Revision revision;
    private final Processes processes;
    private CompletableFuture<Instance> current;
    private Thread starter;
    private int starts;
    private boolean closed;

    public Instances(Revision revision, Processes processes) {
        this.revision = revision;
        this.processes = processes;
    }

    public Revision revision() {
        return revision;
    }

    /** An instance that is ready; it is started for this, if need be. Fails when it can't be. */
    synchronized CompletableFuture<Instance> ready() {
        if (closed) {
            return CompletableFuture.failedFuture(new IOException(revision.name() + " is being stopped"));
        }
        if (state() != State.STARTING && state() != State.READY) {
            start();
        }
        return current;
    }

    /** An instance that refuses connections has died or is about to: the next request gets another. */
    synchronized void giveUp(Instance instance) {
        if (state() == State.READY && current.join() == instance) {
            instance.terminate();
            current = null;
        }
    }

    public synchronized State state() {
        if (current == null) {
            return State.NONE;
        }
        return switch (current.state()) {
            case RUNNING -> State.STARTING;
            case FAILED, CANCELLED -> State.FAILED;
            case SUCCESS -> current.join().isAlive() ? State.READY : State.ENDED;
        };
    }

    public synchronized Optional<Long> pid() {
        return state() == State.READY ? Optional.of(current.join().pid()) : Optional.empty();
    }

    /** How many processes were started so far. */
    public synchronized int starts() {
        return starts;
    }

    /** Stops what runs, and starts nothing any more. Blocks until it has ended. */
    public void close() throws InterruptedException {
        synchronized (this) {
            closed = true;
        }
        if (state() == State.STARTING) {
            starter.interrupt();
            starter.join();
        }
        if (state() == State.READY) {
            current.join().stop(GRACE);
        }
    }

    private void start() {
        starts++;
        var starting = new CompletableFuture<Instance>();
        current = starting;
        starter = Thread.ofVirtual().name("start-" + revision.name()).start(() -> {
            try {
                starting.complete(startInstance());
            } catch (Exception e) {
                Console.say(revision.name(), Optional.ofNullable(e.getMessage()).orElse(e.toString()));
                starting.completeExceptionally(e);
            }
        });
    }

    private Instance startInstance() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Console.say(revision.name(), "starting");
        var instance = Instance.start(revision, processes);
        Console.say(
                revision.name(),
                "ready after %.1f s, process %d".formatted((System.nanoTime() - begin) / 1e9, instance.pid()));
        instance.onExit(code -> Console.say(revision.name(), "ended with exit code " + code));
        return instance;
    }
}
