/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

/** An event in the life of an order, which may lead to another state. */
public enum OrderEvent {
    PAYMENT_AUTHORIZED,
    PAYMENT_DECLINED,
    /** The provider has charged something else than the order costs. */
    PAYMENT_DIFFERS,
    PAYMENT_OVERDUE,
    CANCEL,
    SHIP,
    DELIVER;

    /** Whether the provider has charged something, rightly or not. */
    boolean isCharge() {
        return this == PAYMENT_AUTHORIZED || this == PAYMENT_DIFFERS;
    }

    /** Whether money may have been charged for an order that ends by it. */
    boolean mayLeaveACharge() {
        return this != PAYMENT_DECLINED;
    }
}
