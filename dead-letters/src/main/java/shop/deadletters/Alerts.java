/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import shop.events.ShopEvent;
import shop.kit.Sweep;
import shop.kit.events.Outbox;
import shop.kit.events.Publisher;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/**
 * Makes an event of each change of an alert. Alertmanager tells of a state until it is answered, and again from time to time,
 * and several of them do.
 */
@ApplicationScoped
class Alerts implements Sweep {
    private static final Logger LOG = Logger.getLogger(Alerts.class);

    /**
     * Its row is the lock of an alarm. One that goes on after Alertmanager has missed Prometheus for some minutes is resolved and
     * firing again, with the same start.
     */
    private static final String CHANGE = """
            insert into alerts (alarm, starts_at, status, changes, changed_at) values ($1, $2, $3, 1, now())
            on conflict (alarm) do update set starts_at = excluded.starts_at, status = excluded.status,
                changes = alerts.changes + 1, changed_at = now()
            where excluded.starts_at > alerts.starts_at
                or excluded.starts_at = alerts.starts_at and excluded.status <> alerts.status
            returning changes""";

    private static final String FORGET =
            "delete from alerts where status = 'resolved' and changed_at < now() - interval '90 days'";

    private final Database database;
    private final Outbox outbox;
    private final Publisher publisher;

    Alerts(Database database, Outbox outbox, Publisher publisher) {
        this.database = database;
        this.outbox = outbox;
        this.publisher = publisher;
    }

    /** Returns when its event is committed, now or before. */
    void tell(Notification.Alert alert) {
        database.doInTransaction(transaction -> change(transaction, alert)
                .ifPresent(changes -> publish(transaction, alert.eventId(changes), alert.event())));
        publisher.publishSoon();
    }

    private static Optional<Integer> change(Sql transaction, Notification.Alert alert) {
        Tuple state = Tuple.of(
                alert.alarm(), Sql.timestamp(alert.startsAt()), alert.status().name());
        return transaction.first(CHANGE, state, row -> row.getInteger("changes"));
    }

    private void publish(Sql transaction, UUID id, ShopEvent event) {
        outbox.add(transaction, id, event);
        LOG.infof("Alarm %s is event %s %s", event.aggregateId(), event.type(), id);
    }

    @Override
    public void sweep() {
        database.doInTransaction(transaction -> transaction.update(FORGET, Tuple.tuple()));
    }
}
