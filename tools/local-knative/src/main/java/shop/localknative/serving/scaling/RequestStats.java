/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.scaling;

import java.util.concurrent.TimeUnit;

/** The load of a revision: the requests under way, and their average since the last report. */
public final class RequestStats {
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private int concurrency;
    private int arrivals;
    private double concurrencySeconds;
    private long changed;
    private long reported;

    /** @param requestsPerSecond that arrived */
    public record Report(double averageConcurrency, double requestsPerSecond) {}

    public RequestStats(long nanoTime) {
        changed = nanoTime;
        reported = nanoTime;
    }

    public void in(long nanoTime) {
        advance(nanoTime);
        concurrency++;
        arrivals++;
    }

    public void out(long nanoTime) {
        advance(nanoTime);
        concurrency--;
    }

    /** Reports the time since the last report. */
    public Report report(long nanoTime) {
        advance(nanoTime);
        double seconds = Math.max(1, nanoTime - reported) / SECOND;
        var report = new Report(concurrencySeconds / seconds, arrivals / seconds);
        reported = nanoTime;
        concurrencySeconds = 0;
        arrivals = 0;
        return report;
    }

    public int concurrency() {
        return concurrency;
    }

    private void advance(long nanoTime) {
        concurrencySeconds += concurrency * (nanoTime - changed) / SECOND;
        changed = nanoTime;
    }
}
