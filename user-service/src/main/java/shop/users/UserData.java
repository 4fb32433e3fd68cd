/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import jakarta.validation.Valid;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.kit.http.Line;

/**
 * The data that users give about themselves: the body of a registration, and the target of a merge patch.
 *
 * @param address may be null
 */
public record UserData(
        @Mailable @Schema(format = "idn-email", maxLength = 254)
        String email,

        @Line(max = 200) String name,
        @Valid Address address) {}
