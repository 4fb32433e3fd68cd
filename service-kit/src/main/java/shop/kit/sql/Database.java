/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The service's database, for straight-line code on virtual threads: every call waits for its answer, but none for long. Any
 * may throw {@link DatabaseUnavailable}. A quarter of the connections is kept for reading, since those who write may all be
 * waiting for the lock of one row.
 */
@ApplicationScoped
public class Database {
    private final Pool pool;
    private final Patience patience;
    private final Semaphore writers;

    Database(
            Pool pool,
            Patience patience,
            @ConfigProperty(name = "quarkus.datasource.reactive.max-size") int connections) {
        this.pool = pool;
        this.patience = patience;
        this.writers = new Semaphore(Math.max(1, connections - Math.ceilDiv(connections, 4)), true);
    }

    /** A connection for statements that read, each its own transaction. */
    public <R> R withConnection(Function<Sql, R> work) {
        return onConnection(answers -> work.apply(new Sql(answers)));
    }

    /** Commits what {@code work} did when it returns, and nothing of it when it throws. */
    public <R> R inTransaction(Function<Sql, R> work) {
        awaitTurn();
        try {
            return onConnection(answers -> {
                Transaction transaction = answers.await(answers.connection().begin());
                R result;
                try {
                    result = work.apply(new Sql(answers));
                } catch (Throwable failure) {
                    answers.tryTo(transaction.rollback(), failure);
                    throw failure;
                }
                answers.await(transaction.commit());
                return result;
            });
        } finally {
            writers.release();
        }
    }

    public void doInTransaction(Consumer<Sql> work) {
        inTransaction(transaction -> {
            work.accept(transaction);
            return null;
        });
    }

    private void awaitTurn() {
        boolean ourTurn;
        try {
            ourTurn = writers.tryAcquire(patience.connection().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ourTurn = false;
        }
        if (!ourTurn) {
            throw new DatabaseUnavailable("all connections for writing are in use");
        }
    }

    private <R> R onConnection(Function<Answers, R> work) {
        Answers answers = new Answers(connection(), patience.answer());
        R result;
        try {
            result = work.apply(answers);
        } catch (Throwable failure) {
            answers.tryTo(answers.connection().close(), failure);
            throw failure;
        }
        answers.await(answers.connection().close());
        return result;
    }

    private SqlConnection connection() {
        try {
            return pool.getConnectionAndAwait();
        } catch (RuntimeException e) { // of any type: nothing was asked
            throw new DatabaseUnavailable(e);
        }
    }
}
