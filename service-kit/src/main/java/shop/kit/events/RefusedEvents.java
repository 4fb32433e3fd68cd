/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.quarkus.arc.DefaultBean;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.kit.http.Problem;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/**
 * The table of the events that the broker refused for good, until an admin publishes them again or drops them. One that is
 * published again has its old position in the outbox: it is sent before those of its key that still wait.
 */
@DefaultBean
@ApplicationScoped
public class RefusedEvents implements Refusals {
    private static final String KEEP = """
            insert into refused_events (position, partitionkey, attributes, data, reason) values ($1, $2, $3, $4, $5)""";

    private static final String LIST = """
            select position, attributes, data, reason, refused_at from refused_events
            where $1::bigint is null or position > $1 order by position limit $2""";

    private static final String PUBLISH = """
            with again as (
                delete from refused_events where position = $1 returning position, partitionkey, attributes, data)
            insert into outbox (position, partitionkey, attributes, data) overriding system value
            select position, partitionkey, attributes, data from again""";

    private static final String DROP = "delete from refused_events where position = $1";

    private final Database database;
    private final Publisher publisher;

    RefusedEvents(Database database, Publisher publisher) {
        this.database = database;
        this.publisher = publisher;
    }

    /**
     * An event that waits for an admin. Its data is not shown: whoever may repair a broker need not know it.
     *
     * @param attributes the event's, extensions included
     * @param bytes the size of the data
     * @param reason the broker's answer
     */
    public record RefusedEvent(
            long id,
            Map<String, Object> attributes,
            int bytes,

            @Schema(examples = "413 Request Entity Too Large")
            String reason,

            Instant refusedAt) {}

    @Override
    public void keep(Sql transaction, Refusal refusal) {
        transaction.update(
                KEEP,
                Tuple.of(
                        refusal.position(),
                        refusal.partitionkey(),
                        refusal.attributes(),
                        refusal.data(),
                        refusal.reason()));
    }

    /** The oldest first, beginning behind {@code after} (null: with the oldest). */
    List<RefusedEvent> list(Long after, int limit) {
        return database.withConnection(sql -> sql.list(LIST, Tuple.of(after, limit), RefusedEvents::refusedEvent));
    }

    void publish(long id) {
        change(PUBLISH, id);
        publisher.publishSoon();
    }

    void drop(long id) {
        change(DROP, id);
    }

    private void change(String statement, long id) {
        if (database.inTransaction(sql -> sql.update(statement, Tuple.of(id))) == 0) {
            throw Problem.notFound("refused event", id);
        }
    }

    private static RefusedEvent refusedEvent(Row row) {
        Buffer data = row.get(Buffer.class, "data");
        JsonObject attributes = row.getJsonObject("attributes");
        return new RefusedEvent(
                row.getLong("position"),
                attributes.getMap(),
                data == null ? 0 : data.length(),
                row.getString("reason"),
                Sql.instant(row, "refused_at"));
    }
}
