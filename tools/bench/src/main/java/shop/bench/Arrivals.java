/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A subscriber that takes every event and does nothing but notice when the last one has come. */
final class Arrivals implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger missing = new AtomicInteger();
    private volatile CompletableFuture<Long> last;

    Arrivals() throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::take);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** So many are coming now. */
    void expect(int events) {
        last = new CompletableFuture<>();
        missing.set(events);
    }

    /** When the last of the expected ones came ({@link System#nanoTime}). */
    long awaitLast() {
        return last.join();
    }

    private void take(HttpExchange exchange) throws IOException {
        long now = System.nanoTime();
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(202, -1);
        exchange.close();
        if (missing.decrementAndGet() == 0) {
            last.complete(now);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
