package shop.payments;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;

/**
 * What became of the charge of an order.
 *
 * @param amount in minor units; absent if the order was cancelled before anything was charged
 * @param reason why it was declined
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

    /** What one who wants to charge a cancelled order is told. */
    Charge asAnswer() {
        return status == Status.CANCELLED
                ? new Charge(orderId, Status.DECLINED, chargeId, amount, currency, "the order was cancelled", createdAt)
                : this;
    }
}
