/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;
import java.util.function.Function;

/** The service's database, for straight-line code on virtual threads: every call waits for its answer. */
@ApplicationScoped
public class Database {
    private final Pool pool;

    Database(Pool pool) {
        this.pool = pool;
    }

    /** A connection for single statements, each its own transaction. */
    public <R> R withConnection(Function<Sql, R> work) {
        return onConnection(connection -> work.apply(new Sql(connection)));
    }

    /** Commits what {@code work} did when it returns, and nothing of it when it throws. */
    public <R> R inTransaction(Function<Sql, R> work) {
        return onConnection(connection -> {
            Transaction transaction = connection.beginAndAwait();
            R result;
            try {
                result = work.apply(new Sql(connection));
            } catch (Throwable failure) {
                rollBack(transaction, failure);
                throw failure;
            }
            transaction.commitAndAwait();
            return result;
        });
    }

    public void doInTransaction(Consumer<Sql> work) {
        inTransaction(transaction -> {
            work.accept(transaction);
            return null;
        });
    }

    private <R> R onConnection(Function<SqlConnection, R> work) {
        SqlConnection connection = pool.getConnectionAndAwait();
        try {
            return work.apply(connection);
        } finally {
            connection.closeAndAwait();
        }
    }

    private static void rollBack(Transaction transaction, Throwable cause) {
        try {
            transaction.rollbackAndAwait();
        } catch (RuntimeException alsoFailed) {
            cause.addSuppressed(alsoFailed);
        }
    }
}
