/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import shop.text.Text;

/** The API of the payment provider. Both calls are idempotent by order id, so that they can be repeated. */
@ApplicationScoped
@RegisterRestClient(configKey = "payment-provider")
@Path("/charges/{orderId}")
interface PaymentProvider {
    String SETTING = "PAYMENT_PROVIDER_URL";

    /** @param amount in minor units of the currency */
    record ChargeRequest(long amount, String currency, String token) {}

    enum Status {
        CHARGED,
        DECLINED
    }

    /**
     * A decision, which is the same at each repetition.
     *
     * @param amount in minor units of the currency; null if the provider does not say
     * @param reason the reason for a decline
     */
    record Charge(Status status, String chargeId, Long amount, String currency, String reason) {
        public Charge {
            Objects.requireNonNull(status);
            reason = Text.printable(reason);
        }
    }

    @PUT
    Charge charge(@PathParam("orderId") UUID orderId, ChargeRequest request);

    /** Refunds the charge of this order, if there is one, and declines any later one. */
    @POST
    @Path("/cancel")
    void cancel(@PathParam("orderId") UUID orderId);
}
