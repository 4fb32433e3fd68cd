/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.kit.http.Line;

/** A postal address; {@code country} is a code of ISO 3166-1 alpha-2. */
public record Address(
        @Line(max = 200) @Schema(maxLength = 200, examples = "12 St James's Square")
        String street,

        @Line(max = 200) @Schema(maxLength = 200, examples = "London")
        String city,

        @Line(max = 20) @Schema(maxLength = 20, examples = "SW1Y 4JH")
        String postalCode,

        @NotNull
        @Pattern(regexp = "[A-Z]{2}", message = "must be two capital letters, as ISO 3166-1 defines them")
        @Schema(description = "ISO 3166-1 alpha-2", examples = "GB")
        String country) {}
