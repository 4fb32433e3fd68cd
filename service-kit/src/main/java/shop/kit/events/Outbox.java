/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import shop.events.EventTypes;
import shop.events.ShopEvent;
import shop.events.Uuids;
import shop.kit.sql.Sql;
import shop.tracing.Trace;

/**
 * The transactional outbox: an event is written in the transaction of the change that it tells of, and published after its
 * commit, by {@link Publisher}. The caller holds the lock of the event's aggregate, so that the rows of one {@code
 * partitionkey} are numbered in the order of their commits.
 */
@ApplicationScoped
@RegisterForReflection(
        targets = ShopEvent.class,
        registerFullHierarchy = true) // only Jackson knows what is in an event
public class Outbox {
    private static final String INSERT = """
            insert into outbox (partitionkey, attributes, data) values ($1, $2, $3) returning position""";

    private static final int LONGEST_KEY = 500;

    private final ObjectMapper json;
    private final Clock clock;
    private final URI source;

    Outbox(ObjectMapper json, Clock clock, @ConfigProperty(name = "shop.source") URI source) {
        this.json = json;
        this.clock = clock;
        this.source = source;
    }

    /** Publishes an event with this data, if {@code transaction} commits. */
    public void add(Sql transaction, ShopEvent event) {
        add(transaction, Uuids.timeOrdered(), event);
    }

    /** The same with an id that is derived from what has happened. */
    public void add(Sql transaction, UUID id, ShopEvent event) {
        LogFields.put(event);
        String aggregate = event.aggregateId().toString();
        CloudEventBuilder builder = CloudEventBuilder.v1()
                .withId(id.toString())
                .withSource(source)
                .withType(event.type())
                .withSubject(aggregate)
                .withTime(OffsetDateTime.now(clock))
                .withDataContentType("application/json")
                .withDataSchema(URI.create(EventTypes.schemaOf(event.type())))
                .withExtension("partitionkey", aggregate)
                .withData(write(event));
        Trace.start(builder::withExtension);
        add(transaction, builder.build());
    }

    /** Publishes this event unchanged, if {@code transaction} commits. Returns its position, which no other event ever has. */
    public long add(Sql transaction, CloudEvent event) {
        Object partitionkey = event.getExtension("partitionkey");
        Tuple row = Tuple.of(
                key(partitionkey == null ? event.getId() : partitionkey.toString()),
                StoredEvent.attributes(event),
                event.getData() == null ? null : Buffer.buffer(event.getData().toBytes()));
        return transaction
                .first(INSERT, row, inserted -> inserted.getLong("position"))
                .orElseThrow();
    }

    /** Equal for equal keys, and short enough for an index of PostgreSQL, whatever the event that is replayed has. */
    private static String key(String partitionkey) {
        return partitionkey.length() <= LONGEST_KEY
                ? partitionkey
                : Uuids.nameBased(partitionkey).toString();
    }

    private byte[] write(ShopEvent event) {
        try {
            return json.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
