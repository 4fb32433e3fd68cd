/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.cloudevents.CloudEvent;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import shop.kit.Sweep;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/**
 * The idempotent inbox. Delivery is at least once; an event is identified by its {@code source} and {@code id} (CloudEvents
 * 1.0, 3.1), which are recorded in the transaction of its effect.
 */
@ApplicationScoped
public class Inbox implements Sweep {
    private static final Logger LOG = Logger.getLogger(Inbox.class);
    private static final String RECORD =
            "insert into inbox (source, id, received_at) values ($1, $2, $3) on conflict do nothing";
    /** Longer than any broker redelivers, and than dead letters wait for a replay by hand. */
    private static final String FORGET = "delete from inbox where received_at < $1::timestamptz - interval '90 days'";

    private final Database database;
    private final Publisher publisher;
    private final EventMetrics metrics;
    private final Clock clock;

    Inbox(Database database, Publisher publisher, EventMetrics metrics, Clock clock) {
        this.database = database;
        this.publisher = publisher;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Does {@code work} in a transaction, unless the event was handled before; then publishes the outbox. */
    public void once(CloudEvent event, Consumer<Sql> work) {
        boolean first = database.inTransaction(transaction -> {
            boolean isNew = transaction.update(
                            RECORD,
                            Tuple.of(event.getSource().toString(), event.getId(), Sql.timestamp(clock.instant())))
                    == 1;
            if (isNew) {
                work.accept(transaction);
            }
            return isNew;
        });
        if (first) {
            metrics.consumed(event, clock.instant());
        } else {
            metrics.duplicate(event.getType());
            LOG.infof("Event %s of %s came again and changed nothing", event.getId(), event.getSource());
        }
        publisher.publishSoon();
    }

    @Override
    public void sweep() {
        database.doInTransaction(sql -> sql.update(FORGET, Tuple.of(Sql.timestamp(clock.instant()))));
    }
}
