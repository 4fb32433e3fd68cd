/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The number of instances that a revision needs, by the rules of Knative's KPA: the average of the metric over the stable window
 * divided by its target, and over the panic window when that asks for twice what is ready; while in panic, never fewer
 * (pkg/autoscaler/scaling/autoscaler.go). Then the bounds, and what keeps the last instance
 * (pkg/reconciler/autoscaling/kpa/scaler.go): it stays for a whole window after it became ready, and for the retention
 * period after there was nothing to do. Knative's grace period, in which the activator takes over, is always over:
 * every request goes through it here.
 *
 * <p>Only calculates; the caller owns the clock and must not call it from two threads at once.
 */
public final class Autoscaler {
    private static final double MAX_SCALE_UP_RATE = 1000;
    private static final double MAX_SCALE_DOWN_RATE = 2;

    private final Scaling scaling;
    private final Deque<Sample> metric = new ArrayDeque<>();
    private final Deque<Sample> decisions = new ArrayDeque<>();
    private Instant panicSince;
    private int mostInPanic;
    private Instant activeSince;
    private Instant idleSince;

    private record Sample(Instant at, double value) {}

    public Autoscaler(Scaling scaling) {
        this.scaling = scaling;
    }

    /** Records the second that ends now, of all instances together. */
    public void record(Instant now, RequestStats.Report second) {
        metric.add(new Sample(
                now,
                switch (scaling.metric()) {
                    case CONCURRENCY -> second.averageConcurrency();
                    case RPS -> second.requestsPerSecond();
                }));
        forget(metric, now.minus(scaling.window()));
        if (metric.stream().allMatch(sample -> sample.value() == 0)) {
            metric.clear(); // what comes after a pause shall not be divided by the pause
        }
    }

    /** The averages of the metric over both windows. */
    public record Averages(double stable, double panic, boolean panicMode) {}

    public Averages averages(Instant now) {
        return new Averages(average(now, scaling.window()), average(now, scaling.panicWindow()), panicSince != null);
    }

    /** @param ready how many instances there are that take requests */
    public int scale(Instant now, int ready) {
        int desired = scaling.bounded(delayed(now, desired(now, Math.max(1, ready))));
        if (ready == 0) {
            activeSince = null;
        } else if (activeSince == null) {
            activeSince = now;
        }
        if (desired > 0) {
            idleSince = null;
            return desired;
        }
        if (activeSince != null && now.isBefore(activeSince.plus(scaling.window()))) {
            return 1;
        }
        if (idleSince == null) {
            idleSince = now;
        }
        return now.isBefore(idleSince.plus(scaling.retention())) ? Math.min(1, ready) : 0;
    }

    private int desired(Instant now, int ready) {
        double stable = wanted(now, scaling.window());
        double panic = wanted(now, scaling.panicWindow());
        if (panic / ready >= scaling.panicThreshold()) {
            panicSince = now;
        } else if (panicSince != null && panicSince.plus(scaling.window()).isBefore(now)) {
            panicSince = null;
            mostInPanic = 0;
        }
        if (panicSince == null) {
            return limited(stable, ready);
        }
        mostInPanic = Math.max(mostInPanic, limited(Math.max(stable, panic), ready));
        return mostInPanic;
    }

    private int limited(double wanted, int ready) {
        double within =
                Math.clamp(wanted, Math.floor(ready / MAX_SCALE_DOWN_RATE), Math.ceil(ready * MAX_SCALE_UP_RATE));
        return (int) (wanted > 0 ? Math.max(within, scaling.activationScale()) : within);
    }

    private double wanted(Instant now, Duration window) {
        return Math.ceil(average(now, window) / scaling.target());
    }

    private double average(Instant now, Duration window) {
        var begin = now.minus(window);
        return metric.stream()
                .filter(sample -> sample.at().isAfter(begin))
                .mapToDouble(Sample::value)
                .average()
                .orElse(0);
    }

    /** The most that was wanted within the scale-down delay. */
    private int delayed(Instant now, int desired) {
        decisions.add(new Sample(now, desired));
        forget(decisions, now.minus(scaling.scaleDownDelay()));
        return (int) decisions.stream().mapToDouble(Sample::value).max().orElse(desired);
    }

    private static void forget(Deque<Sample> samples, Instant before) {
        while (samples.size() > 1 && !samples.getFirst().at().isAfter(before)) {
            samples.removeFirst();
        }
    }
}
