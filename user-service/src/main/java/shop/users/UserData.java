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
        @Mailable @Schema(format = "idn-email", maxLength = 254, examples = EMAIL)
        String email,

        @Line(max = 200) @Schema(maxLength = 200, examples = NAME)
        String name,

        @Valid Address address) {
    static final String EMAIL = "ada@example.com";
    static final String NAME = "Ada";
}
