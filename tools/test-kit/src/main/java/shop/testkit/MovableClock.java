/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that goes on by itself, and further when a test moves it. In the microseconds of PostgreSQL. */
public final class MovableClock extends Clock {
    private static final Clock SYSTEM = Clock.tick(Clock.systemUTC(), Duration.ofNanos(1000));

    private final ZoneId zone;
    private final AtomicReference<Duration> offset;

    public MovableClock() {
        this(ZoneOffset.UTC, new AtomicReference<>(Duration.ZERO));
    }

    private MovableClock(ZoneId zone, AtomicReference<Duration> offset) {
        this.zone = zone;
        this.offset = offset;
    }

    public void moveBy(Duration duration) {
        offset.accumulateAndGet(duration, Duration::plus);
    }

    /** Back to the machine's time, for the next test. */
    public void reset() {
        offset.set(Duration.ZERO);
    }

    @Override
    public Instant instant() {
        return SYSTEM.instant().plus(offset.get());
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return new MovableClock(other, offset);
    }
}
