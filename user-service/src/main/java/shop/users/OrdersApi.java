/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.quarkus.rest.client.reactive.ClientExceptionMapper;
import io.quarkus.rest.client.reactive.Url;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import shop.events.Money;

/** The part of the order-service's API that this service uses. */
@Path("/orders")
@RegisterRestClient(configKey = "orders", baseUri = "http://order-service") // each call has an address of its own
interface OrdersApi {
    @GET
    OrderPage latest(
            @Url URI address,
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @QueryParam("userId") UUID userId,
            @QueryParam("limit") int limit);

    /** Gives 4xx a type of its own: that answer is about this request, and says nothing about the service's health. */
    @ClientExceptionMapper
    static RuntimeException clientError(Response response) {
        return response.getStatus() < 500 ? new ClientErrorException(response.getStatus()) : null;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record OrderPage(List<Order> items) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Order(UUID id, @Schema(examples = "CONFIRMED") String status, Money total, Instant placedAt) {}
}
