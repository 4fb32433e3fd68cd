/**
 * A payment provider to try the shop with. Entry point: {@link shop.payments.ChargesResource}. It stands outside of the shop: no
 * module uses it but by REST, and it uses none.
 */
package shop.payments;
