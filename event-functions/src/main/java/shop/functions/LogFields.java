/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.quarkus.funqy.knative.events.CloudEvent;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.MDC;
import shop.events.ShopEvent;

/** The ids by which an event, an order and a user are followed, as fields of every line that an invocation logs in JSON, beside its trace. */
final class LogFields {
    private static final List<String> ALL = List.of("event", "order", "user");

    private LogFields() {}

    static void put(CloudEvent<?> event) {
        MDC.put("event", String.valueOf(Exchange.shown("id", event.id())));
    }

    /** @param data of the event, as its function reads it */
    static void put(Object data) {
        switch (data) {
            case OrderData part -> {
                put("order", part.orderId());
                put("user", part.userId());
            }
            case ShopEvent.OfOrder event -> put("order", event.orderId());
            default -> {}
        }
    }

    private static void put(String name, UUID id) {
        if (id != null) {
            MDC.put(name, id.toString());
        }
    }

    static void clear() {
        ALL.forEach(MDC::remove);
    }
}
