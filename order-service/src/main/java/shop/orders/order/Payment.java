/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.events.Money;

/**
 * The provider's charge for an order.
 *
 * @param chargeId the provider's id of it, for questions to the provider
 */
public record Payment(
        @Schema(examples = "01a20f92-3c51-7a2b-8d3e-6f0a9b1c2d3e")
        String chargeId,

        Money amount) {
    public Payment {
        chargeId = oneLine(chargeId); // both come from outside
        amount = new Money(amount.amount(), oneLine(amount.currency()));
    }

    private static String oneLine(String text) {
        return "%.255s".formatted(text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " "));
    }
}
