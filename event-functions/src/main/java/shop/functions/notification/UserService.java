package shop.functions.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

@ApplicationScoped
@RegisterRestClient(configKey = "user-service")
interface UserService {
    /** What this function wants to know of a user. */
    record User(String email, String name) {}

    @GET
    @Path("/users/{id}")
    User user(@PathParam("id") UUID id, @HeaderParam("Authorization") String bearer);
}
