package shop.orders.order;

/** What can happen to an order. */
public enum OrderEvent {
    PAYMENT_AUTHORIZED,
    PAYMENT_DECLINED,
    PAYMENT_OVERDUE,
    CANCEL,
    SHIP,
    DELIVER
}
