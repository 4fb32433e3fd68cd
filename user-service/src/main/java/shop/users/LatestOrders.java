/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.WebApplicationException;
import java.net.ConnectException;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Fallback;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.faulttolerance.Timeout;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/** A user's latest orders, as long as the order-service answers. */
@ApplicationScoped
class LatestOrders {
    private static final Logger LOG = Logger.getLogger(LatestOrders.class);
    private static final int HOW_MANY = 10;

    /** Reasons why the orders are unavailable. They are never renamed, since clients branch on them. */
    enum Reason {
        TIMEOUT,
        REFUSED,
        CIRCUIT_OPEN,
        STATUS,
        FAILED
    }

    /**
     * The orders, or why they are unavailable.
     *
     * @param items the latest first; absent if unavailable
     * @param reason absent if available
     * @param detail the reason in words; absent if available
     */
    record Orders(
            boolean available,
            @JsonInclude(JsonInclude.Include.NON_NULL) List<OrdersApi.Order> items,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Schema(description = "Absent if available")
            Reason reason,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Schema(description = "The reason in words; absent if available")
            String detail) {}

    private final OrdersApi api;
    private final OrderServiceAddresses addresses;

    LatestOrders(@RestClient OrdersApi api, OrderServiceAddresses addresses) {
        this.api = api;
        this.addresses = addresses;
    }

    /** Asks with this bearer token, so that the order-service decides what its owner may see. */
    @Timeout(2000)
    @Retry(
            maxRetries = 1,
            abortOn = {ClientErrorException.class, CircuitBreakerOpenException.class})
    @CircuitBreaker(requestVolumeThreshold = 10, delay = 5000, skipOn = ClientErrorException.class)
    @Fallback(fallbackMethod = "unavailable")
    Orders of(UUID userId, String token) {
        OrdersApi.OrderPage page = addresses.ask(address -> api.latest(address, "Bearer " + token, userId, HOW_MANY));
        return new Orders(true, List.copyOf(page.items()), null, null);
    }

    Orders unavailable(UUID userId, String token, Exception cause) {
        LOG.warnf("Orders of user %s are unavailable: %s", userId, cause);
        return switch (cause) {
            case TimeoutException e -> unavailable(Reason.TIMEOUT, "did not answer in time");
            case CircuitBreakerOpenException e ->
                unavailable(Reason.CIRCUIT_OPEN, "failed too often lately and is left alone for some seconds");
            case WebApplicationException e
            when e.getResponse().getStatus() >= 400 ->
                unavailable(Reason.STATUS, "answered " + e.getResponse().getStatus());
            case Exception e
            when e.getCause() instanceof ConnectException -> unavailable(Reason.REFUSED, "can't be reached");
            default -> unavailable(Reason.FAILED, "gave no answer that can be read");
        };
    }

    private static Orders unavailable(Reason reason, String what) {
        return new Orders(false, null, reason, "The order-service " + what + ".");
    }
}
