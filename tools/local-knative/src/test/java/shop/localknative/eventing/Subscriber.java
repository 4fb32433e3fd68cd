/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Something that takes events over HTTP, remembers them, and answers as it is told. */
final class Subscriber implements AutoCloseable {

    record Received(Instant at, String method, Map<String, String> headers, byte[] data) {
        String id() {
            return headers.get("ce-id");
        }

        String text() {
            return new String(data, StandardCharsets.UTF_8);
        }
    }

    record Answer(int status, Map<String, String> headers, String body) {
        static Answer status(int status) {
            return new Answer(status, Map.of(), "");
        }

        static Answer text(int status, String body) {
            return new Answer(status, Map.of("Content-Type", "text/plain"), body);
        }

        static Answer event(String id, String type) {
            return new Answer(
                    200,
                    Map.of(
                            "ce-specversion", "1.0",
                            "ce-id", id,
                            "ce-source", "/replies",
                            "ce-type", type,
                            "Content-Type", "application/json"),
                    "{\"reply\": true}");
        }
    }

    /** May wait for something first. */
    @FunctionalInterface
    interface Answers {
        Answer to(Received event) throws InterruptedException;
    }

    final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile Answers answers = event -> Answer.status(202);

    Subscriber() {
        this(0);
    }

    Subscriber(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 128);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    Subscriber answering(Answers answers) {
        this.answers = answers;
        return this;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:%d/events".formatted(port());
    }

    List<String> ids() {
        return received.stream().map(Received::id).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        Received event = new Received(
                Instant.now(),
                exchange.getRequestMethod(),
                headers,
                exchange.getRequestBody().readAllBytes());
        received.add(event);
        Answer answer = answer(event);
        byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
        answer.headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private Answer answer(Received event) {
        try {
            return answers.to(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.status(500);
        }
    }
}
