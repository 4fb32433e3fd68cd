/**
 * Orders and their life cycle. Entry points: {@link shop.orders.order.OrderResource} for people and services, {@link
 * shop.orders.order.EventResource} for the broker. It uses the packages {@code product} and {@code buyer}; they do not use it.
 */
package shop.orders.order;
