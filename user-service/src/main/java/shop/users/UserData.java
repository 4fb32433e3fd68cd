/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Size;

/**
 * The data that users give about themselves: the body of a registration, and the target of a merge patch.
 *
 * @param address may be null
 */
public record UserData(
        @NotEmpty @Email @Size(max = 254) String email,
        @Line(max = 200) String name,
        @Valid Address address) {}
