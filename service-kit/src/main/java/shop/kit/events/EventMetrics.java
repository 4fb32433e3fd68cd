/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import shop.edge.EventLag;
import shop.events.EventTypes;

/** The figures of publishing and consuming. Their label {@code type} has no other values than the catalogue and {@code other}. */
@Singleton
class EventMetrics {
    /** @param age of the oldest, in seconds */
    record Waiting(long events, double age) {}

    private final MeterRegistry meters;
    private final AtomicReference<Waiting> waiting = new AtomicReference<>();

    EventMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    void published(String type) {
        count("events.published", "Events that the broker has taken", type);
    }

    void duplicate(String type) {
        count("events.duplicate", "Events that came again and changed nothing", type);
    }

    /** @param done when its effect was committed */
    void consumed(CloudEvent event, Instant done) {
        count("events.consumed", "Events that came for the first time", event.getType());
        EventLag.record(meters, EventTypes.labelOf(event.getType()), event.getTime(), done);
    }

    /** Shown from the first time on: before, nobody knows. */
    void outbox(Waiting now) {
        if (waiting.getAndSet(now) == null) {
            Gauge.builder("outbox.waiting", waiting, state -> state.get().events())
                    .baseUnit("events")
                    .description("Rows of the outbox, when it was last looked at")
                    .register(meters);
            Gauge.builder("outbox.oldest.age", waiting, state -> state.get().age())
                    .baseUnit("seconds")
                    .description(
                            "The age of the oldest event of this service in the outbox, when it was last looked at")
                    .register(meters);
        }
    }

    private void count(String name, String description, String type) {
        Counter.builder(name)
                .description(description)
                .tag("type", EventTypes.labelOf(type))
                .register(meters)
                .increment();
    }
}
