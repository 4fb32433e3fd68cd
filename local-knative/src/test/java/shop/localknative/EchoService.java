package shop.localknative;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** The service of the test system, a process of its own: answers with what it was given. */
final class EchoService {
    private EchoService() {}

    public static void main(String[] args) throws IOException {
        if (List.of(args).contains("--exit")) {
            System.out.println("out of ideas");
            System.exit(3);
        }
        var server = listen(Integer.parseInt(System.getenv("PORT")));
        server.createContext("/", exchange -> echo(exchange, args));
        server.createContext("/never", exchange -> await(new CountDownLatch(1)));
        if (System.getenv("MANAGEMENT_PORT") != null) {
            listen(Integer.parseInt(System.getenv("MANAGEMENT_PORT")))
                    .createContext("/ready", exchange -> answer(exchange, "up"));
        }
    }

    private static HttpServer listen(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    private static void echo(HttpExchange exchange, String[] args) throws IOException {
        System.out.println(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        var headers = new JsonObject();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
        answer(
                exchange,
                new JsonObject()
                        .put("method", exchange.getRequestMethod())
                        .put("path", exchange.getRequestURI().toString())
                        .put("headers", headers)
                        .put("body", new String(exchange.getRequestBody().readAllBytes()))
                        .put("args", new JsonArray(List.of(args)))
                        .put("env", new JsonObject(Map.copyOf(System.getenv())))
                        .put("pid", ProcessHandle.current().pid())
                        .encode());
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        var bytes = text.getBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
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
