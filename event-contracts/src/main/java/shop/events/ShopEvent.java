package shop.events;

import java.util.UUID;

/**
 * The data of an event that the shop publishes. It carries ids, states and amounts, never personal data. Consumers ignore
 * members that they do not know; a change that they could not ignore gets a new {@code type}.
 */
public sealed interface ShopEvent
        permits UserRegistered,
                UserChanged,
                UserDeleted,
                OrderPlaced,
                OrderConfirmed,
                OrderRejected,
                OrderCancelled,
                OrderExpired,
                OrderShipped,
                OrderDelivered,
                PaymentAuthorized,
                PaymentDeclined,
                RefundRequested {

    /** The CloudEvents {@code type}, one of {@link EventTypes}. */
    String type();

    /** What the event is about: its CloudEvents {@code subject} and {@code partitionkey}. */
    UUID aggregateId();
}
