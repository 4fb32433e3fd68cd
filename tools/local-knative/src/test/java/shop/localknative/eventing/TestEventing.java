/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;
import shop.localknative.network.Loopback;
import shop.localknative.tracing.Spans;
import shop.localknative.tracing.Traces;

/** Eventing behind an HTTP server of its own, made of manifests. */
final class TestEventing implements AutoCloseable {

    static final String BROKER = """
            apiVersion: eventing.knative.dev/v1
            kind: Broker
            metadata: {namespace: shop, name: default}
            """;

    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final Eventing eventing;
    private final HttpServer server;

    TestEventing(DataSource db, String... manifests) {
        this(db, InstantSource.system(), false, Spans.NONE, manifests);
    }

    /** With a clock that is ahead: what was due by then is due at once. */
    static TestEventing ahead(Duration time, DataSource db, String... manifests) {
        return new TestEventing(db, Clock.offset(Clock.systemUTC(), time), false, Spans.NONE, manifests);
    }

    /** With its steps recorded. */
    static TestEventing traced(DataSource db, Traces traces, String... manifests) {
        return new TestEventing(db, InstantSource.system(), false, Spans.into(traces), manifests);
    }

    /** Brokers on the in-memory channel. */
    static TestEventing inMemory(String... manifests) {
        return new TestEventing(null, InstantSource.system(), true, Spans.NONE, manifests);
    }

    private TestEventing(DataSource db, InstantSource clock, boolean inMemory, Spans spans, String... manifests) {
        eventing = new Eventing(
                VERTX,
                db,
                read(manifests),
                destination -> destination.getRef() == null
                        ? URI.create(destination.getUri())
                        : local(Addresses.clusterUrl(destination).toString().replaceFirst("^http://[^/]+", "")),
                new ServiceAccounts((subject, audience, valid) -> subject + " for " + audience, clock),
                inMemory,
                clock,
                spans);
        server = await(Loopback.server(VERTX, eventing.ingress())
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture());
        eventing.start();
    }

    /** A Trigger of the Broker default, its spec in YAML's flow style. */
    static String trigger(String name, String spec) {
        return """
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {namespace: shop, name: %s}
                spec: {broker: default, %s}
                """.formatted(name, spec);
    }

    /** The manifest with an annotation. */
    static String annotated(String manifest, String name, String value) {
        return manifest.replaceFirst("metadata: \\{", "metadata: {annotations: {'%s': '%s'}, ".formatted(name, value));
    }

    static String to(Subscriber subscriber) {
        return "subscriber: {uri: '%s'}".formatted(subscriber.url());
    }

    static Manifests read(String... manifests) {
        try {
            Path file = Files.createTempFile("manifests", ".yaml");
            try {
                return ManifestReader.read(Files.writeString(file, String.join("\n---\n", manifests)));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI url(String broker) {
        return local("/shop/" + broker);
    }

    private URI local(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(server.actualPort(), path));
    }

    void send(String id, String type) {
        HttpResponse<String> answer = post(event(id, type), "{}");
        if (answer.statusCode() != 202) {
            throw new AssertionError("%d %s".formatted(answer.statusCode(), answer.body()));
        }
    }

    /** The headers of an event in binary mode. */
    static Map<String, String> event(String id, String type) {
        return Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-source", "/tests",
                "ce-type", type,
                "Content-Type", "application/json");
    }

    /** Sends events with the ids prefix0, prefix1, … all at once. */
    List<String> sendMany(int count, String prefix, String type) {
        List<String> ids = IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ids.stream()
                    .map(id -> CompletableFuture.runAsync(() -> send(id, type), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
        return ids;
    }

    HttpResponse<String> post(Map<String, String> headers, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url("default")).POST(BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return request(request);
    }

    HttpResponse<String> request(HttpRequest.Builder request) {
        try {
            return CLIENT.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        await(server.close().toCompletionStage().toCompletableFuture());
        eventing.close();
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
