/* SPDX-License-Identifier: Apache-2.0 */
package shop.payments;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;

/**
 * The charge of an order, in its present state.
 *
 * @param amount in minor units; absent if the order was cancelled before anything was charged
 * @param reason the reason for a decline
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Charge(
        UUID orderId, Status status, UUID chargeId, Long amount, String currency, String reason, Instant createdAt) {
    public enum Status {
        CHARGED,
        DECLINED,
        CANCELLED
    }

    static Charge of(Row row) {
        return new Charge(
                row.getUUID("order_id"),
                Status.valueOf(row.getString("status")),
                row.getUUID("charge_id"),
                row.getLong("amount"),
                row.getString("currency"),
                row.getString("reason"),
                row.getOffsetDateTime("created_at").toInstant());
    }

    /** The answer to a request for this charge: a cancelled order is declined. */
    Charge asAnswer() {
        return status == Status.CANCELLED
                ? new Charge(orderId, Status.DECLINED, chargeId, amount, currency, "the order was cancelled", createdAt)
                : this;
    }
}
