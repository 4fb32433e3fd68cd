/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import shop.events.EventTypes;
import shop.events.ShopEvent;
import shop.events.ShopEvent.AlarmFiring;
import shop.events.ShopEvent.AlarmResolved;
import shop.functions.Identity;
import shop.functions.InvalidEvent;
import shop.functions.Unavailable;

/** Makes events of Alertmanager's notifications, and hands them to the broker. */
@Singleton
@RegisterForReflection(targets = {AlarmFiring.class, AlarmResolved.class})
class Alerts {
    private static final Logger LOG = Logger.getLogger(Alerts.class);
    private static final int ACCEPTED = 202;

    /** Made at its first use, since it can't be made without its setting. */
    private Broker broker;

    private final ObjectMapper json;
    private final Path brokerToken;

    Alerts(
            ObjectMapper json,
            @ConfigProperty(name = "shop.sink.token", defaultValue = "/oidc/token") Path brokerToken) {
        this.json = json;
        this.brokerToken = brokerToken;
    }

    /**
     * Returns when the broker has taken an event for each alert. Else Alertmanager comes again, and those that were taken have
     * the same ids.
     */
    void publish(byte[] notification) {
        read(notification).alerts().forEach(this::publish);
    }

    private Notification read(byte[] notification) {
        try {
            Notification read = json.readValue(notification, Notification.class);
            if (read == null) {
                throw new InvalidEvent("body", "must be a notification of Alertmanager");
            }
            return read;
        } catch (JsonMappingException e) {
            throw e.getCause() instanceof InvalidEvent invalid
                    ? invalid
                    : new InvalidEvent(place(e), "must be as Alertmanager's webhook sends it");
        } catch (JsonProcessingException e) {
            throw new InvalidEvent("body", "must be JSON");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String place(JsonMappingException fault) {
        return fault.getPath().stream()
                .map(com.fasterxml.jackson.databind.JsonMappingException.Reference::getFieldName)
                .filter(name -> name != null)
                .reduce((outer, inner) -> outer + "." + inner)
                .orElse("body");
    }

    private synchronized Broker broker() {
        if (broker == null) {
            broker = Broker.client();
        }
        return broker;
    }

    private void publish(Notification.Alert alert) {
        ShopEvent event = alert.event();
        String bearer = Identity.bearerOrNull(brokerToken);
        Response answer = Unavailable.callOurs(
                Broker.SETTING,
                () -> broker().publish(
                                bearer,
                                alert.eventId(),
                                event.type(),
                                EventTypes.schemaOf(event.type()),
                                event.aggregateId(),
                                event.aggregateId(),
                                alert.time(),
                                event));
        int status = answer.getStatus();
        answer.close();
        if (status != ACCEPTED) {
            throw new Unavailable("the broker at " + Broker.SETTING + " answered " + status, null);
        }
        LOG.infof("alert %s of %s is event %s", alert.status(), alert.labels().get("alertname"), alert.eventId());
    }
}
