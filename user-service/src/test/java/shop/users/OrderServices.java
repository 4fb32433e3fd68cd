/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Two servers in the order-service's place, as in two clusters. */
public class OrderServices implements QuarkusTestResourceLifecycleManager {
    static final Server ONE = new Server();
    static final Server OTHER = new Server();

    /** A server that has no orders. */
    static final class Server {
        private static final byte[] ORDERS = "{\"items\":[]}".getBytes();

        private final AtomicInteger asked = new AtomicInteger();
        private volatile long delay;
        private HttpServer server;
        private int port;

        /** From now on, and again where it was. */
        synchronized void lives() {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            port = server.getAddress().getPort();
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", this::answer);
            server.start();
        }

        /** Connections are cut, and nothing listens any more. */
        synchronized void dies() {
            if (server != null) {
                server.stop(0);
                server = null;
            }
        }

        void answersAfter(long milliseconds) {
            delay = milliseconds;
        }

        int asked() {
            return asked.get();
        }

        private void answer(HttpExchange exchange) throws IOException {
            asked.incrementAndGet();
            try (exchange) {
                Thread.sleep(delay);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, ORDERS.length);
                exchange.getResponseBody().write(ORDERS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Map<String, String> start() {
        ONE.lives();
        OTHER.lives();
        return Map.of("ORDER_SERVICE_URL", "http://localhost:%d, http://localhost:%d/".formatted(ONE.port, OTHER.port));
    }

    @Override
    public void stop() {
        ONE.dies();
        OTHER.dies();
    }
}
