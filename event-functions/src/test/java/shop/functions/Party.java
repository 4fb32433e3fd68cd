/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** An HTTP server outside of the functions, which keeps what it was asked and answers as the test says. */
public final class Party implements AutoCloseable {
    /** @param request method and path */
    public record Asked(String request, Headers headers, String body) {
        public String authorization() {
            return headers.getFirst("Authorization");
        }
    }

    public interface Answer {
        /** The connection is closed without an answer. */
        Answer LOST = HttpExchange::close;

        /** The connection stays open, and nothing comes. */
        Answer NEVER = exchange -> {};

        static Answer json(int status, String body) {
            return exchange -> {
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(status, body.getBytes().length);
                exchange.getResponseBody().write(body.getBytes());
                exchange.close();
            };
        }

        void to(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Answer answer = Answer.NEVER;

    public Party() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** By name, as services are. */
    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    public void answers(Answer answer) {
        this.answer = answer;
    }

    /** The requests about this order or user. */
    public List<Asked> asked(Object id) {
        return asked.stream()
                .filter(asked -> asked.request().contains(id.toString()))
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        asked.add(new Asked(
                exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                exchange.getRequestHeaders(),
                new String(exchange.getRequestBody().readAllBytes())));
        answer.to(exchange);
    }
}
