/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventBuilder;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import shop.events.EventTypes;
import shop.events.ShopEvent;
import shop.events.Uuids;
import shop.tracing.Trace;

/** The answer of a function to an event. */
final class Reply {
    private Reply() {}

    /**
     * Its id is derived from the event's, so that a redelivery makes the same reply again, which inboxes recognise. The data is
     * declared as an Object: as a {@link ShopEvent}, Jackson would write only that interface's members, of which there are none.
     */
    static CloudEvent<Object> to(CloudEvent<?> event, String function, String source, ShopEvent data, Clock clock) {
        String orderId = data.aggregateId().toString();
        Map<String, String> extensions = new HashMap<>(Map.of("partitionkey", orderId));
        Trace.start(extensions::put);
        return CloudEventBuilder.create()
                .id(Uuids.replyId(function, event.source(), event.id()).toString())
                .source(source)
                .type(data.type())
                .subject(orderId)
                .time(OffsetDateTime.now(clock))
                .dataSchema(EventTypes.schemaOf(data.type()))
                .extensions(extensions)
                .build(data);
    }
}
