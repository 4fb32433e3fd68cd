/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Virtual threads that always have something to do, until this is closed. The JDK's scheduler serves those that wake each
 * other first: one that a thread of the operating system starts or wakes then waits for as long.
 */
public final class BusyVirtualThreads implements AutoCloseable {
    private final AtomicBoolean closed = new AtomicBoolean();

    public BusyVirtualThreads() {
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            Thread.startVirtualThread(() -> {
                while (!closed.get()) {
                    Thread.yield();
                }
            });
        }
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
