/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicReference;

/** The figures of dead letters. */
@Singleton
class DeadLetterMetrics {
    private final MeterRegistry meters;
    private final AtomicReference<Long> waiting = new AtomicReference<>();

    DeadLetterMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    void received(Arrival arrival) {
        Counter.builder("dead.letters.received")
                .description("Arrivals of dead letters, by the reason of the last attempt's failure")
                .tag("reason", reason(arrival))
                .register(meters)
                .increment();
    }

    /** A handful of them, since the status may be anything. */
    private static String reason(Arrival arrival) {
        if (arrival.unreadable() != null) {
            return "unreadable";
        }
        return switch (arrival.code()) {
            case null -> "unknown";
            case Integer code when code / 100 == 4 -> "refused";
            case Integer code when code / 100 == 5 -> "failed";
            case Integer _ -> "unanswered";
        };
    }

    /** Shown from the first time on: before, nobody knows. */
    void waiting(long count) {
        if (waiting.getAndSet(count) == null) {
            Gauge.builder("dead.letters.waiting", waiting, AtomicReference<Long>::get)
                    .description("Dead letters that were not replayed since they arrived, when they were last counted")
                    .register(meters);
        }
    }
}
