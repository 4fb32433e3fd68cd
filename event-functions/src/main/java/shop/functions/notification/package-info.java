/**
 * The function {@code notifyCustomer}. Entry point: {@link shop.functions.notification.NotifyCustomer}, called by Funqy only.
 */
package shop.functions.notification;
