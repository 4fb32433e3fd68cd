/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import shop.localknative.console.Console;
import shop.localknative.platform.Processes;
import shop.localknative.serving.revisions.ServingMetrics.Figure;
import shop.localknative.serving.scaling.Autoscaler;
import shop.localknative.serving.scaling.RequestStats;
import shop.localknative.serving.scaling.Scaling;

/**
 * The instances of a revision, as many as the autoscaler wants, and the requests that wait for one of them. The monitor
 * guards everything here and the state of each {@link Instance}. It is held for computing only, so event loops may take it.
 */
public final class Instances {
    /** Knative's activator and its queue-proxy keep no more. */
    private static final int QUEUE = 10_000;

    public enum State {
        /** Scaled to zero, or not asked for yet. */
        NONE,
        STARTING,
        READY,
        FAILED
    }

    private final Revision revision;
    private final Image image;
    private final Processes processes;
    private final InstantSource clock;
    private final Autoscaler autoscaler;
    private final RequestStats stats = new RequestStats(System.nanoTime());
    private final List<Instance> all = new ArrayList<>();
    private final Deque<CompletableFuture<Instance>> queue = new ArrayDeque<>();
    private final Set<String> announced = new HashSet<>();
    private final CrashLoop crashLoop = new CrashLoop();
    private final CompletableFuture<Void> initiallyReady = new CompletableFuture<>();
    private int desired;
    private int initial;
    private boolean reachable = true;
    private boolean closed;
    private int starts;
    private Optional<String> failure = Optional.empty();

    /** Instances that have ended one after the other without becoming ready. */
    private int failedStarts;

    public Instances(Revision revision, Image image, Processes processes, InstantSource clock) {
        this.revision = revision;
        this.image = image;
        this.processes = processes;
        this.clock = clock;
        this.autoscaler = new Autoscaler(revision.scaling());
    }

    public Revision revision() {
        return revision;
    }

    public Image image() {
        return image;
    }

    /** Starts at least so many, more if its scaling says so, without waiting for requests, and keeps them until all are ready. */
    public synchronized void startInitial(int least) {
        var scaling = revision.scaling();
        initial = Math.max(least, Math.max(scaling.minScale(), scaling.initialScale()));
        scaleTo(Math.max(initial, desired));
    }

    /** Completes when as many have become ready as were to be there initially, at least one. */
    public CompletableFuture<Void> initiallyReady() {
        return initiallyReady;
    }

    /** The queue is full. */
    public static final class OverloadException extends Exception {
        OverloadException() {
            super("%d requests are waiting already".formatted(QUEUE));
        }
    }

    /** The process ends before it is ready, again and again. */
    public static final class NotStartedException extends Exception {
        NotStartedException(String why, Duration delay) {
            super("%s%nThe next start is in %d s.".formatted(why, delay.toSeconds()));
        }
    }

    /** No traffic leads to this revision any more: ask the route again. */
    public static final class UnreachableException extends Exception {}

    /**
     * One more request. The instance that has room for it, as soon as there is one: {@link #release} gives it back.
     * Who does not wait any more cancels.
     */
    public synchronized CompletableFuture<Instance> acquire() {
        if (closed) {
            return CompletableFuture.failedFuture(stopped());
        }
        var notStarted = notStarted();
        if (notStarted.isPresent()) {
            return CompletableFuture.failedFuture(notStarted.get());
        }
        stats.in(System.nanoTime());
        var ready = withRoom();
        if (ready.isPresent()) {
            ready.get().inFlight++;
            return CompletableFuture.completedFuture(ready.get());
        }
        if (queue.size() >= QUEUE) {
            stats.out(System.nanoTime());
            return CompletableFuture.failedFuture(new OverloadException());
        }
        var place = new CompletableFuture<Instance>();
        place.whenComplete((instance, gaveUp) -> {
            if (gaveUp != null) {
                leave(place);
            }
        });
        queue.add(place);
        if (desired == 0) {
            var scaling = revision.scaling();
            scaleTo(scaling.bounded(Math.max(1, scaling.activationScale())));
        }
        return place;
    }

    /** A restart may help the first time. After that, who waited for the next one would be told the same, only later. */
    private Optional<NotStartedException> notStarted() {
        var delay = crashLoop.delay(clock.instant());
        return failedStarts < 2 || delay.isZero() || ready() > 0
                ? Optional.empty()
                : failure.map(why -> new NotStartedException(why, delay));
    }

    private synchronized void leave(CompletableFuture<Instance> place) {
        stats.out(System.nanoTime());
        queue.remove(place);
    }

    /** The request is done with. */
    public synchronized void release(Instance instance) {
        stats.out(System.nanoTime());
        instance.inFlight--;
        if (instance.state == Instance.State.DRAINING && instance.inFlight == 0) {
            instance.end();
        }
        serveQueue();
    }

    /** It refuses connections. When it has just died, its own thread will say why. */
    public synchronized void giveUp(Instance instance) {
        if (instance.state == Instance.State.READY) {
            instance.state = Instance.State.UNREADY;
            if (instance.isAlive()) {
                failed(instance, "refuses connections at its port");
                instance.end();
            }
        }
    }

    /** Once a second. Every other time the number of instances is decided anew, as often as Knative's autoscaler does. */
    public synchronized void tick(boolean decide) {
        var now = clock.instant();
        autoscaler.record(now, stats.report(System.nanoTime()));
        if (!decide) {
            return;
        }
        int ready = ready();
        int wanted = autoscaler.scale(now, ready);
        if (ready >= initial) {
            initial = 0;
        }
        int before = desired;
        scaleTo(reachable ? Math.max(wanted, initial) : queue.isEmpty() ? 0 : Math.max(1, wanted));
        if (desired != before) {
            announce("scaled from %d to %d".formatted(before, desired));
        }
        all.stream().filter(i -> i.isDrainingFor(revision.timeout())).forEach(Instance::end);
    }

    /** Whether requests are routed here. If not, those under way are finished and all instances stopped. */
    public synchronized void reachable(boolean reachable) {
        boolean isReachableAgain = reachable && !this.reachable;
        this.reachable = reachable;
        if (!reachable) {
            initial = 0;
            if (state() != State.READY) {
                List.copyOf(queue).forEach(place -> place.completeExceptionally(new UnreachableException()));
            }
            if (queue.isEmpty()) {
                scaleTo(0);
            }
        } else if (isReachableAgain && revision.scaling().minScale() > desired) {
            scaleTo(revision.scaling().minScale());
        }
    }

    /** The failure for which no instance is ready; empty otherwise. */
    public synchronized Optional<String> failure() {
        return state() == State.READY ? Optional.empty() : failure;
    }

    public synchronized State state() {
        if (all.stream().anyMatch(i -> i.state == Instance.State.READY)) {
            return State.READY;
        }
        if (failure.isPresent()) {
            return State.FAILED;
        }
        return all.stream().allMatch(i -> i.state == Instance.State.DRAINING) ? State.NONE : State.STARTING;
    }

    public synchronized List<Long> pids() {
        return all.stream()
                .filter(i -> i.state != Instance.State.DRAINING)
                .flatMapToLong(i -> i.pid().stream())
                .boxed()
                .toList();
    }

    /** All whose process has been started, those that are about to end included. */
    public synchronized List<Instance.Status> instances() {
        return all.stream().flatMap(instance -> instance.status().stream()).toList();
    }

    /** The number of processes that were started so far. */
    public synchronized int starts() {
        return starts;
    }

    public synchronized int concurrency() {
        return stats.concurrency();
    }

    synchronized Map<Figure, Number> figures() {
        var figures = new EnumMap<Figure, Number>(Figure.class);
        var average = autoscaler.averages(clock.instant());
        boolean isRps = revision.scaling().metric() == Scaling.Metric.RPS;
        int active = all.stream().mapToInt(instance -> instance.inFlight).sum();
        figures.put(Figure.CONCURRENCY, stats.concurrency());
        figures.put(Figure.QUEUED, queue.size());
        figures.put(Figure.ACTIVE, active);
        figures.put(Figure.DEPTH, active);
        figures.put(Figure.DESIRED, desired);
        figures.put(Figure.PANIC_MODE, average.panicMode() ? 1 : 0);
        figures.put(isRps ? Figure.STABLE_RPS : Figure.STABLE_CONCURRENCY, average.stable());
        figures.put(isRps ? Figure.PANIC_RPS : Figure.PANIC_CONCURRENCY, average.panic());
        figures.put(
                isRps ? Figure.TARGET_RPS : Figure.TARGET_CONCURRENCY,
                revision.scaling().target());
        figures.put(Figure.REQUESTED, desired);
        figures.put(Figure.READY, ready());
        figures.put(Figure.NOT_READY, in(Instance.State.UNREADY));
        figures.put(Figure.PENDING, in(Instance.State.STARTING));
        figures.put(Figure.TERMINATING, in(Instance.State.DRAINING));
        return figures;
    }

    /** Whether it has neither instances nor requests. */
    public synchronized boolean isIdle() {
        return all.isEmpty() && queue.isEmpty();
    }

    /** Stops what runs, and starts nothing any more; does not wait for that. */
    public synchronized void stop() {
        closed = true;
        List.copyOf(queue).forEach(place -> place.completeExceptionally(stopped()));
        all.forEach(Instance::drain);
        all.forEach(Instance::end);
        revision.podTemplate().close();
    }

    /** Stops what runs, and blocks until all have ended. */
    public void close() throws InterruptedException {
        stop();
        for (Thread life : lives()) {
            life.join();
        }
    }

    private synchronized List<Thread> lives() {
        return all.stream().map(instance -> instance.life).toList();
    }

    private IOException stopped() {
        return new IOException(revision.service() + " is being stopped");
    }

    private void scaleTo(int count) {
        if (closed) {
            return;
        }
        desired = count;
        var present = all.stream()
                .filter(i -> i.state != Instance.State.DRAINING)
                .sorted(Comparator.<Instance>comparingInt(i -> i.state == Instance.State.READY ? 0 : 1)
                        .thenComparing(i -> -i.inFlight))
                .toList();
        for (int i = present.size(); i < count; i++) {
            start();
        }
        present.stream().skip(count).forEach(this::drain);
    }

    private void drain(Instance instance) {
        instance.drain();
        if (instance.inFlight == 0) {
            instance.end();
        }
    }

    private void start() {
        var instance = new Instance(revision, image);
        // A virtual thread that waits for a time or a process may starve while others always have something to read.
        instance.life = Thread.ofPlatform().daemon().name(revision.name()).unstarted(() -> live(instance));
        all.add(instance);
        instance.life.start();
    }

    private void live(Instance instance) {
        try {
            Thread.sleep(delay());
            starting();
            instance.start(processes, why -> startsSlowly(instance, why), this::announceOnce);
            ready(instance);
            instance.watch(isReady -> readiness(instance, isReady));
        } catch (InterruptedException wanted) {
            // it is not needed any more
        } catch (IOException e) {
            failed(instance, e.getMessage());
        } catch (Throwable e) { // An Error, too: another instance has to take its place.
            failed(instance, e.toString());
        }
        try {
            instance.stop();
        } catch (RuntimeException e) {
            announce("what it leaves behind can't be removed: " + e);
        } finally {
            ended(instance);
        }
    }

    private synchronized void startsSlowly(Instance instance, String why) {
        if (instance.state == Instance.State.STARTING) {
            failure = Optional.of(why);
            announce(why);
        }
    }

    private synchronized Duration delay() {
        return crashLoop.delay(clock.instant());
    }

    private synchronized void starting() {
        starts++;
        announce("starting");
    }

    private synchronized void ready(Instance instance) {
        if (ready() == 0) {
            revision.metrics().started(revision, instance.age());
        }
        if (instance.state == Instance.State.STARTING) {
            instance.state = Instance.State.READY;
        }
        instance.wasReady = true;
        instance.readySince = clock.instant();
        failedStarts = 0;
        failure = Optional.empty();
        announce("ready after %.3f s, process %d"
                .formatted(instance.age().toNanos() / 1e9, instance.pid().getAsLong()));
        if (ready() >= initial) {
            initiallyReady.complete(null);
        }
        serveQueue();
    }

    private synchronized void readiness(Instance instance, boolean isReady) {
        if (instance.state == Instance.State.READY || instance.state == Instance.State.UNREADY) {
            instance.state = isReady ? Instance.State.READY : Instance.State.UNREADY;
            instance.readySince = isReady ? clock.instant() : null;
            announce("process %d is %s"
                    .formatted(instance.pid().getAsLong(), isReady ? "ready again" : "not ready, by its probe"));
            serveQueue();
        }
    }

    private synchronized void failed(Instance instance, String why) {
        if (instance.state == Instance.State.DRAINING) {
            return; // it was to end
        }
        instance.drain();
        failure = Optional.of(why);
        failedStarts += instance.wasReady ? 0 : 1;
        var now = clock.instant();
        if (!instance.wasKilledWhenReady()) {
            crashLoop.ended(now, instance.age());
        }
        var delay = crashLoop.delay(now);
        announce(delay.isZero() ? why : "%s%nThe next start is in %d s.".formatted(why, delay.toSeconds()));
        notStarted().ifPresent(e -> List.copyOf(queue).forEach(place -> place.completeExceptionally(e)));
        scaleTo(desired);
    }

    private synchronized void ended(Instance instance) {
        all.remove(instance);
    }

    private int ready() {
        return in(Instance.State.READY);
    }

    private int in(Instance.State state) {
        return (int) all.stream().filter(i -> i.state == state).count();
    }

    private Optional<Instance> withRoom() {
        int limit = revision.scaling().containerConcurrency();
        return all.stream()
                .filter(i -> i.state == Instance.State.READY && (limit == 0 || i.inFlight < limit))
                .min(Comparator.comparingInt(i -> i.inFlight));
    }

    private void serveQueue() {
        while (!queue.isEmpty()) {
            var instance = withRoom();
            if (instance.isEmpty()) {
                return;
            }
            instance.get().inFlight++;
            if (!queue.removeFirst().complete(instance.get())) {
                instance.get().inFlight--; // who waited has just given up
            }
        }
    }

    private synchronized void announceOnce(String what) {
        if (announced.add(what)) {
            announce(what);
        }
    }

    private void announce(String what) {
        Console.say(revision.service(), what);
    }
}
