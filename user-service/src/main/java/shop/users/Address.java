/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import shop.kit.http.Line;

/** A postal address; {@code country} is a code of ISO 3166-1 alpha-2. */
public record Address(
        @Line(max = 200) String street,
        @Line(max = 200) String city,
        @Line(max = 20) String postalCode,

        @NotNull @Pattern(regexp = "[A-Z]{2}", message = "must be two capital letters, as ISO 3166-1 defines them")
        String country) {}
