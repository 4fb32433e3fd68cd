/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import java.time.Duration;
import java.time.Instant;

/**
 * The back-off of a container that has ended, as the kubelet does it: the first time at once, then after 10 s,
 * doubling up to 5 min; all is forgotten when one has lived for 10 min.
 */
final class CrashLoop {
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration HEALTHY = Duration.ofMinutes(10);

    private Duration next = Duration.ZERO;
    private Instant notBefore = Instant.MIN;

    void ended(Instant now, Duration lived) {
        if (lived.compareTo(HEALTHY) >= 0) {
            next = Duration.ZERO;
        }
        notBefore = now.plus(next);
        next = next.isZero() ? FIRST : next.multipliedBy(2).compareTo(LONGEST) < 0 ? next.multipliedBy(2) : LONGEST;
    }

    /** The time that the next start has to wait; zero for none. */
    Duration delay(Instant now) {
        return now.isBefore(notBefore) ? Duration.between(now, notBefore) : Duration.ZERO;
    }
}
