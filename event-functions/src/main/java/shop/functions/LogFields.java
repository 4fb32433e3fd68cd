/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.funqy.knative.events.CloudEvent;
import java.util.List;
import org.jboss.logging.MDC;

/** The ids by which an event, an order and a user are followed, as fields of every line that an invocation logs in JSON, beside its trace. */
final class LogFields {
    private static final List<String> ALL = List.of("event", "order", "user");

    private LogFields() {}

    static void put(CloudEvent<?> event) {
        MDC.put("event", String.valueOf(Exchange.shown("id", event.id())));
    }

    /** @param data of which the members {@code orderId} and {@code userId} are known to be UUIDs, since a function has read them */
    static void put(JsonNode data) {
        for (String name : List.of("order", "user")) {
            if (data.hasNonNull(name + "Id")) {
                MDC.put(name, data.get(name + "Id").asText());
            }
        }
    }

    static void clear() {
        ALL.forEach(MDC::remove);
    }
}
