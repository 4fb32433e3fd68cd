/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import shop.localknative.serving.scaling.Scaling.Metric;

/** Every second is told, nobody waits for it. Unless a test says otherwise: window 60 s, target 10, no bounds. */
class AutoscalerTest {
    private Instant now = Instant.EPOCH;

    @Test
    void desiredIsTheAverageOfTheWindowDividedByTheTarget() {
        var autoscaler = new Autoscaler(scaling().build());
        assertEquals(2, after(60, autoscaler, 15, 2));
        assertEquals(3, after(60, autoscaler, 30, 2));
        assertEquals(4, after(60, autoscaler, 30.5, 3));
    }

    @Test
    void requestsPerSecondCountWhenTheyAreTheMetric() {
        var autoscaler = new Autoscaler(scaling().metric(Metric.RPS).build());
        autoscaler.record(now, new RequestStats.Report(1, 45));
        assertEquals(5, autoscaler.scale(now, 3));
    }

    @Test
    void secondsBeforeTheFirstRequestDoNotCount() {
        var autoscaler = new Autoscaler(scaling().build());
        after(300, autoscaler, 0, 0);
        assertEquals(4, after(1, autoscaler, 40, 3));
    }

    @Test
    void burstIsSeenInThePanicWindowLongBeforeTheAverageShowsIt() {
        var autoscaler = new Autoscaler(scaling().build());
        assertEquals(1, after(60, autoscaler, 1, 1));
        assertEquals(2, after(1, autoscaler, 100, 1));
        assertEquals(4, after(1, autoscaler, 100, 1));
        assertEquals(10, after(5, autoscaler, 100, 4));
    }

    @Test
    void inPanicNothingIsScaledDownUntilAWindowAfterwards() {
        var autoscaler = new Autoscaler(scaling().build());
        after(60, autoscaler, 1, 1);
        assertEquals(10, after(6, autoscaler, 100, 1));
        assertEquals(10, after(60, autoscaler, 1, 10));
        assertEquals(5, after(10, autoscaler, 1, 10), "then at most to the half at once");
        assertEquals(2, after(2, autoscaler, 1, 5));
    }

    @Test
    void zeroIsReachedWhenTheWindowHasSeenNothing() {
        var autoscaler = new Autoscaler(scaling().build());
        after(70, autoscaler, 1, 1);
        assertEquals(1, after(59, autoscaler, 0, 1));
        assertEquals(0, after(1, autoscaler, 0, 1));
    }

    @Test
    void lastInstanceStaysForAWindowAfterItBecameReady() {
        var autoscaler = new Autoscaler(scaling().build());
        assertEquals(1, after(1, autoscaler, 0, 1));
        assertEquals(1, after(59, autoscaler, 0, 1));
        assertEquals(0, after(1, autoscaler, 0, 1));
    }

    @Test
    void lastInstanceStaysForItsRetentionPeriod() {
        var autoscaler =
                new Autoscaler(scaling().retention(Duration.ofSeconds(30)).build());
        after(70, autoscaler, 1, 1);
        assertEquals(1, after(89, autoscaler, 0, 1));
        assertEquals(0, after(1, autoscaler, 0, 1));
    }

    @Test
    void scalingDownIsDelayed() {
        var autoscaler =
                new Autoscaler(scaling().scaleDownDelay(Duration.ofSeconds(20)).build());
        assertEquals(2, after(60, autoscaler, 20, 2));
        assertEquals(2, after(22, autoscaler, 10, 2));
        assertEquals(2, after(56, autoscaler, 10, 2));
        assertEquals(1, after(1, autoscaler, 10, 2));
    }

    @Test
    void boundsAreKept() {
        var autoscaler = new Autoscaler(scaling().minScale(2).maxScale(4).build());
        assertEquals(2, after(120, autoscaler, 0, 2));
        assertEquals(4, after(120, autoscaler, 100, 4));
    }

    @Test
    void activationScaleIsTheLeastButZero() {
        var autoscaler = new Autoscaler(scaling().activationScale(3).build());
        assertEquals(3, after(60, autoscaler, 1, 1));
        assertEquals(0, after(120, autoscaler, 0, 1));
    }

    private int after(int seconds, Autoscaler autoscaler, double concurrency, int ready) {
        int desired = -1;
        for (int i = 0; i < seconds; i++) {
            now = now.plusSeconds(1);
            autoscaler.record(now, new RequestStats.Report(concurrency, 0));
            desired = autoscaler.scale(now, ready);
        }
        return desired;
    }

    private static Builder scaling() {
        return new Builder();
    }

    private static final class Builder {
        private Metric metric = Metric.CONCURRENCY;
        private int minScale;
        private int maxScale;
        private int activationScale = 1;
        private Duration retention = Duration.ZERO;
        private Duration scaleDownDelay = Duration.ZERO;

        Builder metric(Metric metric) {
            this.metric = metric;
            return this;
        }

        Builder minScale(int minScale) {
            this.minScale = minScale;
            return this;
        }

        Builder maxScale(int maxScale) {
            this.maxScale = maxScale;
            return this;
        }

        Builder activationScale(int activationScale) {
            this.activationScale = activationScale;
            return this;
        }

        Builder retention(Duration retention) {
            this.retention = retention;
            return this;
        }

        Builder scaleDownDelay(Duration scaleDownDelay) {
            this.scaleDownDelay = scaleDownDelay;
            return this;
        }

        Scaling build() {
            return new Scaling(
                    metric,
                    10,
                    minScale,
                    maxScale,
                    0,
                    activationScale,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(6),
                    2,
                    retention,
                    scaleDownDelay,
                    0);
        }
    }
}
