/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.console;

import java.io.PrintStream;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The output for the person at the keyboard: one line per thing that happened. A thread of its own writes it, since a
 * terminal that is stopped with Ctrl-S blocks its writer, and no event loop or lock may wait for that. Safe for any thread.
 */
public final class Console {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    /** Lines that wait for a stopped terminal; those after them are only counted. */
    private static final BlockingQueue<Runnable> LINES = new LinkedBlockingQueue<>(10_000);

    private static final AtomicInteger LEFT_OUT = new AtomicInteger();

    static {
        Thread.ofPlatform().daemon().name("console").start(Console::write);
    }

    private Console() {}

    /** @param who the service or part that this is about */
    public static void say(String who, String what) {
        print(System.out, "%s  %-20s %s".formatted(LocalTime.now().format(TIME), who, what));
    }

    /** Prints a line, soon and in the order of these calls. */
    public static void print(PrintStream stream, String line) {
        if (!LINES.offer(() -> stream.println(line))) {
            LEFT_OUT.incrementAndGet();
        }
    }

    /** Returns when everything that was printed is written, or after a second: nobody may be reading. */
    public static void flush() {
        var written = new CountDownLatch(1);
        try {
            if (LINES.offer(written::countDown)) {
                written.await(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write() {
        try {
            while (true) {
                LINES.take().run();
                int leftOut = LEFT_OUT.getAndSet(0);
                if (leftOut > 0) {
                    System.out.println("(%d lines are left out: the output was stopped)".formatted(leftOut));
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts the console", e);
        }
    }
}
