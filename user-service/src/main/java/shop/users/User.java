/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;

/**
 * A user who is not deleted.
 *
 * @param address absent if the user gave none
 * @param version goes up with every change; the {@code ETag} in quotes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record User(
        UUID id, String email, String name, Address address, int version, Instant registeredAt, Instant changedAt) {

    UserData data() {
        return new UserData(email, name, address);
    }
}
