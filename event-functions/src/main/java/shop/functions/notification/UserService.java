/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

@ApplicationScoped
@RegisterRestClient(configKey = "user-service")
interface UserService {
    /** The part of a user that this function needs. */
    record User(String email, String name) {
        public User {
            Objects.requireNonNull(email);
            Objects.requireNonNull(name);
        }
    }

    @GET
    @Path("/users/{id}")
    User user(@PathParam("id") UUID id, @HeaderParam("Authorization") String bearer);
}
