/* SPDX-License-Identifier: Apache-2.0 */
package shop.payments;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ServiceUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * The durable memory of the sandbox. Each method is idempotent by order id. Each statement that moves money also writes
 * its ledger entry, and so is a transaction by itself.
 */
@Singleton
class Ledger {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Pool pool;

    Ledger(Pool pool) {
        this.pool = pool;
    }

    /** Charges the order, or declines it for this reason, unless that is decided already; returns the decision. */
    Charge charge(UUID orderId, long amount, String currency, String declinedFor) {
        String status = declinedFor == null ? "CHARGED" : "DECLINED";
        // A concurrent charge of the same order waits at the primary key, and then inserts nothing.
        List<Charge> decided = query("""
                with charged as (
                    insert into charge (order_id, status, amount, currency, reason) values ($1, $2, $3, $4, $5)
                    on conflict (order_id) do nothing
                    returning *
                ), entry as (
                    insert into ledger_entry (order_id, kind, amount, currency)
                    select order_id, 'CHARGE', amount, currency from charged where status = 'CHARGED'
                )
                select * from charged
                """, Tuple.of(orderId, status, amount, currency, declinedFor), Charge::of);
        return decided.isEmpty() ? find(orderId) : decided.getFirst();
    }

    /** Refunds the charge, if there is one, and prevents any later charge of the order. */
    Charge cancel(UUID orderId) {
        // First the row, so that no charge can slip in, then its refund.
        query(
                "insert into charge (order_id, status) values ($1, 'CANCELLED') on conflict (order_id) do nothing",
                Tuple.of(orderId),
                Function.identity());
        query("""
                with cancelled as (
                    update charge set status = 'CANCELLED' where order_id = $1
                    returning order_id, amount, currency, old.status as was
                )
                insert into ledger_entry (order_id, kind, amount, currency)
                select order_id, 'REFUND', -amount, currency from cancelled where was = 'CHARGED'
                """, Tuple.of(orderId), Function.identity());
        return find(orderId);
    }

    List<Charge> charges() {
        return query("select * from charge order by created_at, order_id", Tuple.tuple(), Charge::of);
    }

    List<LedgerEntry> entries(UUID orderId) {
        return query("select * from ledger_entry where order_id = $1 order by id", Tuple.of(orderId), LedgerEntry::of);
    }

    private Charge find(UUID orderId) {
        return query("select * from charge where order_id = $1", Tuple.of(orderId), Charge::of)
                .getFirst();
    }

    /** Fails in one way only: a ledger that can't be asked now is to be asked again. */
    private <T> List<T> query(String sql, Tuple values, Function<Row, T> mapping) {
        try {
            return pool.preparedQuery(sql).mapping(mapping).execute(values).await().atMost(PATIENCE).stream()
                    .toList();
        } catch (RuntimeException e) {
            throw new ServiceUnavailableException("The ledger does not answer.", RETRY_AFTER.toSeconds(), e);
        }
    }
}
