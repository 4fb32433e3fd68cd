/**
 * The lock between an order and the deletion of its user. Entry point: {@link shop.orders.buyer.Buyers}. For the package {@code
 * order}.
 */
package shop.orders.buyer;
