/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.heartbeat;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import shop.events.EventTypes;
import shop.functions.Handles;
import shop.functions.InvalidEvent;

/** Logs and counts the greeting of the schedule. */
@Singleton
public class Heartbeat {
    private static final Logger LOG = Logger.getLogger(Heartbeat.class);

    /** The data of the schedule's event. */
    public record Greeting(String message) {}

    private final MeterRegistry meters;

    Heartbeat(MeterRegistry meters) {
        this.meters = meters;
    }

    @Funq
    @Handles(EventTypes.PING)
    public void heartbeat(CloudEvent<Greeting> event) {
        LOG.info(InvalidEvent.required("message", event.data().message()));
        meters.counter("heartbeats").increment();
    }
}
