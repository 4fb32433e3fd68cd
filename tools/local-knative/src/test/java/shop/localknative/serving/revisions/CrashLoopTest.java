/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CrashLoopTest {
    private final CrashLoop crashLoop = new CrashLoop();
    private final Instant now = Instant.EPOCH;

    @Test
    void firstIsAtOnceThenTenSecondsDoublingUpToFiveMinutes() {
        long[] delays =
                LongStream.range(0, 8).map(i -> crash(Duration.ofSeconds(1))).toArray();
        assertEquals("[0, 10, 20, 40, 80, 160, 300, 300]", Arrays.toString(delays));
    }

    @Test
    void delayPasses() {
        crash(Duration.ofSeconds(1));
        crash(Duration.ofSeconds(1));
        assertEquals(Duration.ofSeconds(4), crashLoop.delay(now.plusSeconds(6)));
        assertEquals(Duration.ZERO, crashLoop.delay(now.plusSeconds(11)));
    }

    @Test
    void longLifeMakesUpForEarlierCrashes() {
        crash(Duration.ofSeconds(1));
        crash(Duration.ofSeconds(1));
        assertEquals(0, crash(Duration.ofMinutes(10)));
    }

    private long crash(Duration lived) {
        crashLoop.ended(now, lived);
        return crashLoop.delay(now).toSeconds();
    }
}
