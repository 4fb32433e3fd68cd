/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A user who is not deleted.
 *
 * @param address absent if the user gave none
 * @param version goes up with every change; the {@code ETag} in quotes
 */
public record User(
        UUID id,

        @Schema(format = "idn-email", examples = UserData.EMAIL)
        String email,

        @Schema(examples = UserData.NAME) String name,
        @JsonInclude(JsonInclude.Include.NON_NULL) Address address,

        @Schema(description = "Goes up with every change; the ETag in quotes", minimum = "1")
        int version,

        Instant registeredAt,
        Instant changedAt) {

    UserData data() {
        return new UserData(email, name, address);
    }
}
