/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Writes the changes that arrive at the same time in one transaction, which waits for the disk once. The queue is the only
 * thing that threads share; one writer takes from it until {@link #close}, whatever becomes of a transaction.
 */
final class GroupCommit<T> implements AutoCloseable {
    /** Writes all of it and commits, or nothing. */
    @FunctionalInterface
    interface Transaction<T> {
        void run(List<T> changes) throws SQLException;
    }

    private record Write<T>(T change, CompletableFuture<Void> committed) {
        Write(T change) {
            this(change, new CompletableFuture<>());
        }
    }

    /** More waiting than this, and it is better that new ones come back later. */
    private static final int QUEUE = 4096;

    private static final int TOGETHER = 256;

    private final BlockingQueue<Write<T>> queue = new LinkedBlockingQueue<>(QUEUE);
    private final Write<T> stop = new Write<>(null);
    private final Transaction<T> transaction;
    private Thread writer;
    private volatile boolean closed;

    GroupCommit(Transaction<T> transaction) {
        this.transaction = transaction;
    }

    void start() {
        writer = Thread.ofPlatform().daemon().name("group-commit").start(this::run);
    }

    /** Waits for a place in the queue. The future completes with the commit, on a thread that must not be blocked. */
    CompletableFuture<Void> commit(T change) throws InterruptedException {
        Write<T> write = new Write<>(change);
        queue.put(write);
        return write.committed;
    }

    /** The same without waiting: empty if the queue is full or closed. */
    Optional<CompletableFuture<Void>> offer(T change) {
        Write<T> write = new Write<>(change);
        return !closed && queue.offer(write) ? Optional.of(write.committed) : Optional.empty();
    }

    /** Writes what is in the queue, and nothing after that. */
    @Override
    public void close() {
        closed = true;
        if (writer == null) {
            return;
        }
        try {
            queue.put(stop);
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Write<T>> batch = new ArrayList<>();
        boolean stopping = false;
        try {
            while (!stopping) {
                batch.add(queue.take());
                queue.drainTo(batch, TOGETHER - 1);
                stopping = batch.remove(stop);
                write(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts the writer", e);
        }
    }

    private void write(List<Write<T>> batch) {
        try {
            transaction.run(batch.stream().map(Write::change).toList());
            batch.forEach(write -> write.committed.complete(null));
        } catch (
                Throwable e) { // An Error, too: without the writer, no event would ever be accepted or done with again.
            // Nothing in a change can be at fault by itself, so trying them one by one would only take longer.
            batch.forEach(write -> write.committed.completeExceptionally(e));
        }
    }
}
