/**
 * The functions {@code authorizePayment} and {@code refundPayment}. Entry points: {@link
 * shop.functions.payment.AuthorizePayment} and {@link shop.functions.payment.RefundPayment}, called by Funqy only.
 */
package shop.functions.payment;
