/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.events.Money;

/**
 * What is to be charged for an order that waits for its payment.
 *
 * @param token the payment provider's token, by which the buyer pays
 */
public record PaymentDue(
        Money amount, @Schema(examples = "tok_ok") String token) {}
