/* SPDX-License-Identifier: Apache-2.0 */
package shop.payments;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.InternalServerErrorException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/** A payment provider in which the token of the buyer's card decides the outcome. */
@Path("/charges")
@RunOnVirtualThread
public class ChargesResource {
    private static final Duration SLOW = Duration.ofSeconds(3);

    private static final Logger LOG = Logger.getLogger(ChargesResource.class);

    private final Ledger ledger;

    ChargesResource(Ledger ledger) {
        this.ledger = ledger;
    }

    /** @param amount in minor units */
    public record ChargeRequest(
            @NotNull @PositiveOrZero Long amount,
            @NotNull @Pattern(regexp = "[A-Z]{3}") String currency,
            @NotBlank String token) {}

    @PUT
    @Path("/{orderId}")
    public Charge charge(UUID orderId, @Valid @NotNull ChargeRequest request, HttpServerRequest http)
            throws InterruptedException {
        String declinedFor =
                switch (request.token()) {
                    case "tok_ok", "tok_slow", "tok_lost" -> null;
                    case "tok_declined" -> "the card was declined";
                    case "tok_error" -> throw new InternalServerErrorException("tok_error");
                    default -> "the token is unknown";
                };
        Charge charge = ledger.charge(orderId, request.amount(), request.currency(), declinedFor);
        LOG.infof("charge order=%s status=%s", orderId, charge.status());
        switch (request.token()) {
            case "tok_slow" -> Thread.sleep(SLOW);
            // Charged, but nobody hears of it. Waits, for else the answer would be quicker than the closing.
            case "tok_lost" ->
                http.connection()
                        .close()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
            default -> {}
        }
        return charge.asAnswer();
    }

    @POST
    @Path("/{orderId}/cancel")
    public Charge cancel(UUID orderId) {
        LOG.infof("cancel order=%s", orderId);
        return ledger.cancel(orderId);
    }

    @GET
    public List<Charge> charges() {
        return ledger.charges();
    }

    @GET
    @Path("/{orderId}/entries")
    public List<LedgerEntry> entries(UUID orderId) {
        return ledger.entries(orderId);
    }
}
