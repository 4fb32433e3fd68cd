package shop.functions.heartbeat;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import shop.events.EventTypes;
import shop.functions.Handles;

/** Logs and counts the greeting of the schedule. */
@Singleton
public class Heartbeat {
    private static final Logger LOG = Logger.getLogger(Heartbeat.class);

    private final MeterRegistry meters;

    Heartbeat(MeterRegistry meters) {
        this.meters = meters;
    }

    @Funq
    @Handles(EventTypes.PING)
    public void heartbeat(CloudEvent<String> event) {
        LOG.info(event.data());
        meters.counter("heartbeats").increment();
    }
}
