/* SPDX-License-Identifier: Apache-2.0 */
package shop.events;

import java.time.Instant;
import java.util.UUID;

/**
 * The data of an event that the shop publishes. It carries ids, states and amounts, never personal data. Consumers ignore
 * members that they do not know; a change that they could not ignore gets a new {@code type}.
 */
public sealed interface ShopEvent {

    /** The CloudEvents {@code type}, one of {@link EventTypes}. */
    default String type() {
        return switch (this) {
            case UserRegistered _ -> EventTypes.USER_REGISTERED;
            case UserChanged _ -> EventTypes.USER_CHANGED;
            case UserDeleted _ -> EventTypes.USER_DELETED;
            case OrderPlaced _ -> EventTypes.ORDER_PLACED;
            case OrderConfirmed _ -> EventTypes.ORDER_CONFIRMED;
            case OrderRejected _ -> EventTypes.ORDER_REJECTED;
            case OrderCancelled _ -> EventTypes.ORDER_CANCELLED;
            case OrderExpired _ -> EventTypes.ORDER_EXPIRED;
            case OrderShipped _ -> EventTypes.ORDER_SHIPPED;
            case OrderDelivered _ -> EventTypes.ORDER_DELIVERED;
            case PaymentAuthorized _ -> EventTypes.PAYMENT_AUTHORIZED;
            case PaymentDeclined _ -> EventTypes.PAYMENT_DECLINED;
            case PaymentRefunded _ -> EventTypes.PAYMENT_REFUNDED;
            case RefundRequested _ -> EventTypes.REFUND_REQUESTED;
            case AlarmFiring _ -> EventTypes.ALARM_FIRING;
            case AlarmResolved _ -> EventTypes.ALARM_RESOLVED;
        };
    }

    /** The CloudEvents {@code subject} and {@code partitionkey}: the id of the user, order or alarm that the event is about. */
    UUID aggregateId();

    /** An event about a user. */
    sealed interface OfUser extends ShopEvent {
        UUID userId();

        @Override
        default UUID aggregateId() {
            return userId();
        }
    }

    /** An event about an order. */
    sealed interface OfOrder extends ShopEvent {
        UUID orderId();

        @Override
        default UUID aggregateId() {
            return orderId();
        }
    }

    /** An event about an order of a user whom it names. */
    sealed interface OfBuyer extends OfOrder {
        UUID userId();
    }

    /** An event about an alarm, of one function or service where it watches several. */
    sealed interface OfAlarm extends ShopEvent {
        UUID alarmId();

        @Override
        default UUID aggregateId() {
            return alarmId();
        }
    }

    /** A user exists from now on. */
    record UserRegistered(UUID userId, int version, Instant registeredAt) implements OfUser {}

    /** A user's data changed; who needs it asks the user-service. */
    record UserChanged(UUID userId, int version, Instant changedAt) implements OfUser {}

    /** A user's personal data is erased; the id is never used again. */
    record UserDeleted(UUID userId, Instant deletedAt) implements OfUser {}

    /** An order was accepted, its stock is taken, its payment is still to come. */
    record OrderPlaced(UUID orderId, UUID userId, Money total, Instant placedAt) implements OfBuyer {}

    /** An order is paid. */
    record OrderConfirmed(UUID orderId, UUID userId, Money total, Instant confirmedAt) implements OfBuyer {}

    /** An order's payment was declined; its stock is given back. */
    record OrderRejected(UUID orderId, UUID userId, String reason, Instant rejectedAt) implements OfBuyer {}

    /** An order was cancelled before it was shipped; its stock is given back. */
    record OrderCancelled(UUID orderId, UUID userId, String reason, Instant cancelledAt) implements OfBuyer {}

    /** No answer about an order's payment came in time; its stock is given back. */
    record OrderExpired(UUID orderId, UUID userId, Instant expiredAt) implements OfBuyer {}

    /** An order is on its way to its buyer. */
    record OrderShipped(UUID orderId, UUID userId, Instant shippedAt) implements OfBuyer {}

    /** An order has reached its buyer. */
    record OrderDelivered(UUID orderId, UUID userId, Instant deliveredAt) implements OfBuyer {}

    /** The payment provider charged an order. */
    record PaymentAuthorized(UUID orderId, Money amount, String chargeId) implements OfOrder {}

    /** The payment provider will not charge an order. */
    record PaymentDeclined(UUID orderId, String reason) implements OfOrder {}

    /** The payment provider gave back whatever it had charged for an order, and will charge nothing more. */
    record PaymentRefunded(UUID orderId, Instant refundedAt) implements OfOrder {}

    /** All past and future charges of an order are to be refunded. */
    record RefundRequested(UUID orderId, String reason, Instant requestedAt) implements OfOrder {}

    /**
     * An alarm is on.
     *
     * @param about the function or service, as {@code function=authorizePayment}; empty if it watches one thing only
     * @param condition the threshold that is passed, and where
     * @param remedy the first thing to do
     */
    record AlarmFiring(
            UUID alarmId,
            String alarm,
            String about,
            String severity,
            String summary,
            String condition,
            String remedy,
            Instant startsAt)
            implements OfAlarm {}

    /** An alarm is over. */
    record AlarmResolved(
            UUID alarmId,
            String alarm,
            String about,
            String severity,
            String summary,
            String condition,
            String remedy,
            Instant startsAt,
            Instant endsAt)
            implements OfAlarm {}
}
