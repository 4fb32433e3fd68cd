/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The service of the test systems, a process of its own: answers with what it was given. The files that its environment
 * names make it misbehave.
 */
final class EchoService {
    private static final AtomicInteger REQUESTS = new AtomicInteger();
    private static final AtomicInteger CONCURRENT = new AtomicInteger();
    private static final AtomicInteger MOST_CONCURRENT = new AtomicInteger();

    private EchoService() {}

    public static void main(String[] args) throws IOException {
        if (List.of(args).contains("--exit") || isThere("BROKEN")) {
            System.out.println("out of ideas");
            System.exit(3);
        }
        if (isThere("BROKEN_ONCE")) {
            Files.delete(Path.of(System.getenv("BROKEN_ONCE")));
            System.exit(4);
        }
        while (isThere("SLOW")) {
            Thread.onSpinWait();
        }
        if (List.of(args).contains("--upgrade")) {
            upgrade(Integer.parseInt(System.getenv("PORT")));
        }
        var server = listen(List.of(args).contains("--elsewhere") ? 0 : Integer.parseInt(System.getenv("PORT")));
        server.createContext("/", exchange -> echo(exchange, args));
        server.createContext("/never", exchange -> await(new CountDownLatch(1)));
        server.createContext("/sleep/", EchoService::sleep);
        server.createContext("/metrics", exchange -> answer(exchange, 200, """
                # TYPE echo_requests_total counter
                echo_requests_total %d
                # TYPE echo_living gauge
                echo_living 1
                """.formatted(REQUESTS.get())));
        server.createContext("/headers/", exchange -> {
            var length = exchange.getRequestURI().getPath().replaceAll("\\D", "");
            exchange.getResponseHeaders().set("Long", "x".repeat(Integer.parseInt(length)));
            answer(exchange, 200, "{}");
        });
        server.createContext("/not-modified", exchange -> {
            exchange.sendResponseHeaders(304, -1);
            exchange.close();
        });
        server.createContext("/stream", EchoService::stream);
        server.createContext("/long", exchange -> answer(exchange, 200, "x".repeat(64 << 20)));
        server.createContext("/breaks-off", EchoService::breakOff);
        server.createContext("/live", exchange -> {
            REQUESTS.incrementAndGet();
            answer(exchange, isThere("DEAD") ? 500 : 200, "live");
        });
        server.createContext("/ready", exchange -> answer(exchange, isThere("UNREADY") ? 503 : 200, "ready"));
        if (System.getenv("MANAGEMENT_PORT") != null) {
            listen(Integer.parseInt(System.getenv("MANAGEMENT_PORT")))
                    .createContext("/ready", exchange -> answer(exchange, 200, "up"));
        }
    }

    private static HttpServer listen(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    private static boolean isThere(String variable) {
        return System.getenv(variable) != null && Files.exists(Path.of(System.getenv(variable)));
    }

    private static void echo(HttpExchange exchange, String[] args) throws IOException {
        REQUESTS.incrementAndGet();
        System.out.println(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        var headers = new JsonObject();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
        var settings = System.getenv("SETTINGS");
        answer(
                exchange,
                200,
                new JsonObject()
                        .put("method", exchange.getRequestMethod())
                        .put("path", exchange.getRequestURI().toString())
                        .put("headers", headers)
                        .put("body", new String(exchange.getRequestBody().readAllBytes()))
                        .put("args", new JsonArray(List.of(args)))
                        .put("env", new JsonObject(Map.copyOf(System.getenv())))
                        .put("greeting", settings == null ? null : Files.readString(Path.of(settings, "greeting")))
                        .put("pid", ProcessHandle.current().pid())
                        .encode());
    }

    /** Answers {@code /sleep/MILLISECONDS} so much later, with how many such requests there were at once at most. */
    private static void sleep(HttpExchange exchange) throws IOException {
        MOST_CONCURRENT.accumulateAndGet(CONCURRENT.incrementAndGet(), Math::max);
        try {
            Thread.sleep(Long.parseLong(exchange.getRequestURI().getPath().replaceAll("\\D", "")));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        CONCURRENT.decrementAndGet();
        answer(
                exchange,
                200,
                new JsonObject()
                        .put("pid", ProcessHandle.current().pid())
                        .put("revision", System.getenv("K_REVISION"))
                        .put("mostConcurrent", MOST_CONCURRENT.get())
                        .encode());
    }

    /** An event for each octet of the request, at once. */
    private static void stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (exchange;
                var octets = exchange.getRequestBody()) {
            while (octets.read() >= 0) {
                exchange.getResponseBody().write("data: event\n\n".getBytes());
                exchange.getResponseBody().flush();
            }
        }
    }

    /** Every request becomes a connection of its own, as a WebSocket does, on which each octet comes back. */
    private static void upgrade(int port) throws IOException {
        try (var server = new ServerSocket(port, 0, InetAddress.getLoopbackAddress())) {
            while (true) {
                var caller = server.accept();
                Thread.startVirtualThread(() -> upgrade(caller));
            }
        }
    }

    private static void upgrade(Socket caller) {
        try (caller) {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int octet = caller.getInputStream().read();
                if (octet < 0) {
                    return; // a probe
                }
                head.append((char) octet);
            }
            var answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
            caller.getOutputStream().write(answer.getBytes());
            caller.getInputStream().transferTo(caller.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Dies within its answer. */
    private static void breakOff(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 2);
        exchange.getResponseBody().write('x');
        exchange.getResponseBody().flush();
        Runtime.getRuntime().halt(5);
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
