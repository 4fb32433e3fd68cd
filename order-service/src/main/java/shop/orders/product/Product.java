/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.product;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.events.Money;

/** A product of the catalogue, and the number of pieces that can be ordered. */
public record Product(
        @Schema(examples = Product.EXAMPLE) String sku,
        @Schema(examples = "Tea") String name,
        Money price,

        @Schema(description = "The number of pieces that can be ordered", minimum = "0")
        long stock) {
    public static final String EXAMPLE = "tea";

    /** The form of a product's identifier. */
    public static final String SKU = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    public static final String SKU_RULE = "must be 1 to 64 letters, digits, '.', '_' or '-', not beginning with a sign";
}
