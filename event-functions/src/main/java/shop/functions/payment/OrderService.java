/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import shop.events.Money;

/** The part of the order-service's API that these functions use. */
@ApplicationScoped
@RegisterRestClient(configKey = "order-service")
@Path("/orders/{id}")
interface OrderService {
    String SETTING = "ORDER_SERVICE_URL";

    /** What is to be charged for an order. */
    record PaymentDue(Money amount, String token) {}

    /** The part of an order that decides about its refund. */
    record Order(String status) {}

    /** Why the order-service refuses (RFC 9457). */
    record Problem(String type) {}

    @GET
    Order order(@PathParam("id") UUID id, @HeaderParam("Authorization") String bearer);

    /** Answered 410 when nothing is to be charged. */
    @GET
    @Path("/payment")
    PaymentDue paymentDue(@PathParam("id") UUID id, @HeaderParam("Authorization") String bearer);
}
