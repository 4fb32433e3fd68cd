/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

/** An event in the life of an order, which may lead to another state. */
public enum OrderEvent {
    PAYMENT_AUTHORIZED,
    PAYMENT_DECLINED,
    PAYMENT_OVERDUE,
    CANCEL,
    SHIP,
    DELIVER
}
