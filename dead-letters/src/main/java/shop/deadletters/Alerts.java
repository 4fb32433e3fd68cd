/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.cloudevents.CloudEvent;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;
import shop.kit.events.Inbox;
import shop.kit.events.Outbox;
import shop.kit.sql.Sql;

/** Makes events of alerts, each once: Alertmanager tells of them until it is answered, and again from time to time. */
@ApplicationScoped
class Alerts {
    private static final Logger LOG = Logger.getLogger(Alerts.class);

    /** Until the end of the transaction: the events of an alarm are numbered in the order of their commits. */
    private static final String ONE_AT_A_TIME = "select 1 from pg_advisory_xact_lock(hashtext($1))";

    private final Inbox inbox;
    private final Outbox outbox;

    Alerts(Inbox inbox, Outbox outbox) {
        this.inbox = inbox;
        this.outbox = outbox;
    }

    /** Returns when its event is committed, now or before. */
    void tell(Notification.Alert alert) {
        CloudEvent event = outbox.event(alert.eventId(), alert.time(), alert.event());
        inbox.once(event, transaction -> publish(transaction, event));
    }

    private void publish(Sql transaction, CloudEvent event) {
        transaction.list(ONE_AT_A_TIME, Tuple.of(event.getSubject()), row -> 1);
        outbox.add(transaction, event);
        LOG.infof("Alarm %s is event %s %s", event.getSubject(), event.getType(), event.getId());
    }
}
