/* SPDX-License-Identifier: Apache-2.0 */
package shop.events;

import java.util.Set;

/** The catalogue: every CloudEvents {@code type} and {@code source} that the shop's parts exchange. */
public final class EventTypes {
    public static final String USER_REGISTERED = "shop.user.registered.v1";
    public static final String USER_CHANGED = "shop.user.changed.v1";
    public static final String USER_DELETED = "shop.user.deleted.v1";

    public static final String ORDER_PLACED = "shop.order.placed.v1";
    public static final String ORDER_CONFIRMED = "shop.order.confirmed.v1";
    public static final String ORDER_REJECTED = "shop.order.rejected.v1";
    public static final String ORDER_CANCELLED = "shop.order.cancelled.v1";
    public static final String ORDER_EXPIRED = "shop.order.expired.v1";
    public static final String ORDER_SHIPPED = "shop.order.shipped.v1";
    public static final String ORDER_DELIVERED = "shop.order.delivered.v1";

    public static final String PAYMENT_AUTHORIZED = "shop.payment.authorized.v1";
    public static final String PAYMENT_DECLINED = "shop.payment.declined.v1";
    public static final String PAYMENT_REFUNDED = "shop.payment.refunded.v1";
    public static final String REFUND_REQUESTED = "shop.refund.requested.v1";

    public static final String ALARM_FIRING = "shop.alarm.firing.v1";
    public static final String ALARM_RESOLVED = "shop.alarm.resolved.v1";

    /** The type of a Knative PingSource's events, at which the services sweep. */
    public static final String PING = "dev.knative.sources.ping";

    public static final String USER_SERVICE = "/shop/user-service";
    public static final String ORDER_SERVICE = "/shop/order-service";
    public static final String DEAD_LETTERS = "/shop/dead-letters";
    public static final String AUTHORIZE_PAYMENT = "/shop/functions/authorize-payment";
    public static final String REFUND_PAYMENT = "/shop/functions/refund-payment";

    private static final Set<String> ALL = Set.of(
            USER_REGISTERED,
            USER_CHANGED,
            USER_DELETED,
            ORDER_PLACED,
            ORDER_CONFIRMED,
            ORDER_REJECTED,
            ORDER_CANCELLED,
            ORDER_EXPIRED,
            ORDER_SHIPPED,
            ORDER_DELIVERED,
            PAYMENT_AUTHORIZED,
            PAYMENT_DECLINED,
            PAYMENT_REFUNDED,
            REFUND_REQUESTED,
            ALARM_FIRING,
            ALARM_RESOLVED,
            PING);

    private EventTypes() {}

    /** The type as the label of a metric, of which there must not be more than the catalogue has: {@code other} for any else. */
    public static String labelOf(String type) {
        return ALL.contains(type) ? type : "other";
    }

    /** The {@code dataschema} of an event type: the address under which its JSON Schema is published. */
    public static String schemaOf(String type) {
        return "https://shop.example/schemas/" + type + ".json";
    }
}
