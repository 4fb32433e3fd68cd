/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static java.util.stream.Collectors.toMap;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.orders.product.Product;

/**
 * The order as a customer requests it: without prices, which are the catalogue's.
 *
 * @param paymentToken the payment provider's token for this payment; kept until the payment is known or the order is over, and
 *     given to nobody but the function that charges
 */
public record NewOrder(
        @NotEmpty @Size(max = MOST_LINES) List<@NotNull @Valid Line> lines,

        @NotBlank
        @Size(max = 200)
        @Pattern(regexp = "[!-~]*", message = "must be printable ASCII characters without spaces")
        @Schema(description = "The payment provider's token for this payment", examples = "tok_ok")
        String paymentToken) {
    /** Of what any setting allows. */
    static final int MOST_LINES = 100;

    static final int MOST_OF_A_PRODUCT = 1000;

    @Schema(name = "NewOrderLine")
    public record Line(
            @NotNull @Pattern(regexp = Product.SKU, message = Product.SKU_RULE) @Schema(examples = Product.EXAMPLE)
            String sku,

            @NotNull @Min(1) @Max(MOST_OF_A_PRODUCT) Integer quantity) {}

    /** The quantity of each sku, lines of the same sku added up. */
    Map<String, Long> quantities() {
        return lines.stream().collect(toMap(Line::sku, line -> line.quantity().longValue(), Long::sum, TreeMap::new));
    }
}
