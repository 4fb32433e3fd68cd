/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RequestStatsTest {
    private static final long SECOND = 1_000_000_000;

    private final RequestStats stats = new RequestStats(0);

    @Test
    void concurrencyIsWeightedByTime() {
        stats.in(0);
        stats.in(SECOND / 2);
        stats.out(SECOND * 3 / 4);
        assertEquals(new RequestStats.Report(1.25, 2), stats.report(SECOND));
        assertEquals(1, stats.concurrency());
    }

    @Test
    void requestThatGoesOnCountsInTheNextReport() {
        stats.in(0);
        stats.report(SECOND);
        assertEquals(new RequestStats.Report(1, 0), stats.report(2 * SECOND));
    }
}
