/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.cloudevents.CloudEvent;
import org.jboss.logging.MDC;
import shop.events.ShopEvent;
import shop.events.ShopEvent.OfAlarm;
import shop.events.ShopEvent.OfBuyer;
import shop.events.ShopEvent.OfOrder;
import shop.events.ShopEvent.OfUser;

/** The ids by which an event, an order, a user or an alarm is followed, as fields of what a request logs in JSON from then on. */
final class LogFields {
    private static final String ORDER = "order";
    private static final String USER = "user";
    private static final String ALARM = "alarm";

    private LogFields() {}

    static void put(CloudEvent event) {
        MDC.put("event", event.getId());
    }

    static void put(ShopEvent event) {
        MDC.put(
                switch (event) {
                    case OfOrder _ -> ORDER;
                    case OfUser _ -> USER;
                    case OfAlarm _ -> ALARM;
                },
                event.aggregateId().toString());
        if (event instanceof OfBuyer bought) {
            MDC.put(USER, bought.userId().toString());
        }
    }

    /** After one of several events. */
    static void forget() {
        MDC.remove(ORDER);
        MDC.remove(USER);
        MDC.remove(ALARM);
    }
}
