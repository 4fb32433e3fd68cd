/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.buyer;

import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.UUID;
import shop.kit.http.Problem;
import shop.kit.sql.Sql;

/**
 * The buyers' rows, which are locks between an order and the deletion of its user. Both take the lock first, so an order is
 * placed before the deletion, which then cancels it, or not at all.
 */
@ApplicationScoped
public class Buyers {
    private static final String LOCK = """
            insert into buyers (id) values ($1)
            on conflict (id) do update set deleted_at = buyers.deleted_at
            returning deleted_at is not null as deleted""";

    private static final String DELETE = """
            insert into buyers (id, deleted_at) values ($1, $2)
            on conflict (id) do update set deleted_at = coalesce(buyers.deleted_at, excluded.deleted_at)""";

    /** Locks the buyer until {@code transaction} ends; a 403 problem when the user was deleted. */
    public void lock(Sql transaction, UUID user) {
        boolean deleted = transaction
                .first(LOCK, Tuple.of(user), row -> row.getBoolean("deleted"))
                .orElseThrow();
        if (deleted) {
            throw Problem.because(
                    403, "user-deleted", "User deleted", "This user was deleted; no new orders of theirs are taken.");
        }
    }

    /** Locks the buyer until {@code transaction} ends, and refuses new orders of the buyer from then on. */
    public void delete(Sql transaction, UUID user, Instant deletedAt) {
        transaction.update(DELETE, Tuple.of(user, Sql.timestamp(deletedAt)));
    }
}
