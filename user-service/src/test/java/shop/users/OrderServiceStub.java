/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A server in the order-service's place, which answers as the test says. */
public class OrderServiceStub implements QuarkusTestResourceLifecycleManager {
    /** A request as it arrived. */
    record Asked(String path, Headers headers) {
        String authorization() {
            return headers.getFirst("Authorization");
        }
    }

    /** A way to answer. */
    @FunctionalInterface
    interface Behaviour {
        void answer(HttpExchange exchange) throws IOException;
    }

    private static final List<Asked> ASKED = new CopyOnWriteArrayList<>();
    private static volatile Behaviour behaviour;
    private static HttpServer server;
    private static int port;

    @Override
    public synchronized Map<String, String> start() {
        if (server == null) {
            listen(0);
        }
        return Map.of("ORDER_SERVICE_URL", "http://localhost:" + port);
    }

    @Override
    public void stop() {
        // It serves every application that this JVM starts, and ends with it.
    }

    static List<Asked> asked() {
        return List.copyOf(ASKED);
    }

    static void behaves(Behaviour next) {
        ASKED.clear();
        behaviour = next;
    }

    /** Behaves so, one request after the other. */
    static void behaves(Behaviour first, Behaviour then) {
        behaves(exchange -> (ASKED.size() == 1 ? first : then).answer(exchange));
    }

    static Behaviour answers(int status, String body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length());
            exchange.getResponseBody().write(body.getBytes());
        };
    }

    /** Takes the request and does not answer it before {@code released}. */
    static Behaviour hangs(CountDownLatch released) {
        return exchange -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Nothing listens on the port any more. */
    static void goesAway() {
        server.stop(0);
    }

    static void comesBack() {
        listen(port);
    }

    private static void listen(int wanted) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = server.getAddress().getPort();
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                ASKED.add(new Asked(exchange.getRequestURI().toString(), exchange.getRequestHeaders()));
                behaviour.answer(exchange);
            }
        });
        server.start();
    }
}
