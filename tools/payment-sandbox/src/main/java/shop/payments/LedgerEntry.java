/* SPDX-License-Identifier: Apache-2.0 */
package shop.payments;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;

/** A movement of money, in minor units: positive for a charge, negative for a refund. */
public record LedgerEntry(String kind, long amount, String currency, Instant createdAt) {
    static LedgerEntry of(Row row) {
        return new LedgerEntry(
                row.getString("kind"),
                row.getLong("amount"),
                row.getString("currency"),
                row.getOffsetDateTime("created_at").toInstant());
    }
}
