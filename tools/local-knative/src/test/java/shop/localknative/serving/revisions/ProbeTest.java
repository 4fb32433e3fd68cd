/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProbeTest {
    private static final long SECOND = 1_000_000_000;

    private Optional<String> answer = Optional.empty();
    private int asked;
    private long now;

    private final Probe.Result result =
            new Probe(this::answer, Duration.ofSeconds(5), Duration.ofSeconds(2), 3, 2).new Result(0);

    @Test
    void firstQuestionComesAfterTheInitialDelayTheOthersAPeriodLater() {
        assertEquals(0, askedAfter(4));
        assertEquals(1, askedAfter(1));
        assertEquals(1, askedAfter(1));
        assertEquals(2, askedAfter(1));
    }

    @Test
    void opinionIsBadAfterAsManyFailuresInARowAsTheThreshold() {
        answer = Optional.of("no");
        askedAfter(7);
        assertTrue(result.isSuccess());
        answer = Optional.empty();
        askedAfter(2);
        answer = Optional.of("no");
        askedAfter(4);
        assertTrue(result.isSuccess());
        askedAfter(2);
        assertFalse(result.isSuccess());
    }

    @Test
    void opinionIsGoodAgainAfterAsManySuccessesAsTheThreshold() {
        answer = Optional.of("no");
        askedAfter(9);
        assertFalse(result.isSuccess());
        answer = Optional.empty();
        askedAfter(2);
        assertFalse(result.isSuccess());
        askedAfter(2);
        assertTrue(result.isSuccess());
    }

    private int askedAfter(int seconds) {
        for (int i = 0; i < seconds; i++) {
            now += SECOND;
            result.checkWhenDue(now);
        }
        return asked;
    }

    private Optional<String> answer() {
        asked++;
        return answer;
    }
}
