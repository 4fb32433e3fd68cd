/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.funqy.knative.events.CloudEvent;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/** The ids by which an event, an order and a user are followed, as fields of every line that an invocation logs in JSON. */
final class LogFields {
    private static final Pattern TRACEPARENT = Pattern.compile("00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private static final List<String> ALL = List.of("trace", "event", "order", "user");

    private LogFields() {}

    static void put(CloudEvent<?> event) {
        MDC.put("event", String.valueOf(event.id()));
        Matcher trace = TRACEPARENT.matcher(event.extensions().getOrDefault("traceparent", ""));
        if (trace.matches()) {
            MDC.put("trace", trace.group(1));
        }
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
