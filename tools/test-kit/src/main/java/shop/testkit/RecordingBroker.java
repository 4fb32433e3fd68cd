/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A broker's ingress that keeps what it is sent, in the order of arrival, and answers as the test says (202 until then). */
public final class RecordingBroker implements AutoCloseable {
    /** An event as it arrived in binary mode: the path it was sent to, its HTTP headers, case-insensitive, and its body. */
    public record Received(String path, Map<String, String> headers, String body) {
        public String type() {
            return headers.get("ce-type");
        }

        public String subject() {
            return headers.get("ce-subject");
        }

        public String id() {
            return headers.get("ce-id");
        }
    }

    private static RecordingBroker shared;

    private final String scheme;
    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile int answer = 202;
    private volatile Duration delay = Duration.ZERO;

    public RecordingBroker() {
        this("http", HttpServer::create);
    }

    /** One that is reached over TLS. */
    public RecordingBroker(Certificate certificate) {
        this("https", (address, backlog) -> {
            HttpsServer https = HttpsServer.create(address, backlog);
            https.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
            return https;
        });
    }

    private interface ServerFactory {
        HttpServer create(InetSocketAddress address, int backlog) throws IOException;
    }

    private RecordingBroker(String scheme, ServerFactory factory) {
        try {
            server = factory.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.scheme = scheme;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::receive);
        server.start();
    }

    /** The one that the application under test has as its {@code K_SINK}. */
    public static synchronized RecordingBroker shared() {
        if (shared == null) {
            shared = new RecordingBroker();
        }
        return shared;
    }

    public URI address() {
        return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/shop/default");
    }

    /** Answers every event with this HTTP status from now on; only those answered 2xx are kept. */
    public void answer(int status) {
        answer = status;
    }

    /** Lets publishers wait for as long from now on, as a broker does that answers after its subscribers. */
    public void answerAfter(Duration delay) {
        this.delay = delay;
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    public List<Received> about(Object subject) {
        return received.stream()
                .filter(event -> subject.toString().equals(event.subject()))
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            String body = new String(exchange.getRequestBody().readAllBytes());
            int status = answer;
            if (status / 100 == 2) {
                received.add(new Received(exchange.getRequestURI().getPath(), headers, body));
            }
            Thread.sleep(delay);
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException e) {
            throw new IOException("This broker stops", e);
        }
    }
}
