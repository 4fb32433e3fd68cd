/* SPDX-License-Identifier: Apache-2.0 */
package shop.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** How late events have their effect, of services and functions alike. */
public final class EventLag {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(20)
    };

    /** What is later, or has a time of another age, is no later than this: a timer counts in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private EventLag() {}

    /**
     * @param type as the label of a metric, of which there must be few
     * @param time the event's; null if it has none, and so no lag that is known
     * @param done when its effect was there
     */
    public static void record(MeterRegistry meters, String type, OffsetDateTime time, Instant done) {
        if (time != null) {
            Duration lag = Duration.between(time.toInstant(), done);
            Duration bounded = lag.isNegative() ? Duration.ZERO : lag.compareTo(LONGEST) < 0 ? lag : LONGEST;
            Timer.builder("event.lag")
                    .description("The time from an event to its effect here")
                    .tag("type", type)
                    .serviceLevelObjectives(BUCKETS)
                    .register(meters)
                    .record(bounded);
        }
    }
}
