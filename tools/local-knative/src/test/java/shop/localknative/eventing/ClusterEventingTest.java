/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.Cluster;
import shop.localknative.TestSystem;
import shop.localknative.console.StartException;
import shop.localknative.eventing.Subscriber.Received;

/** The broker among the rest of local-knative: real manifests, processes that are started by their first event. */
class ClusterEventingTest {

    static {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    @TempDir
    Path directory;

    private final Subscriber outside = new Subscriber();

    @BeforeEach
    void manifests() throws IOException {
        build("function", Function.class);
        build("source", Source.class);
        Files.writeString(directory.resolve("kustomization.yaml"), "resources: [all.yaml]\n");
        write("retry: 3");
    }

    private void build(String module, Class<?> main) throws IOException {
        Path target = Files.createDirectories(directory.resolve(module + "/target"));
        Path script = Files.writeString(target.resolve(module + "-1.0-runner"), """
                #!/bin/sh
                exec %s/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' '%s'
                """.formatted(
                        System.getProperty("java.home"), System.getProperty("java.class.path"), main.getName()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private void write(String delivery) throws IOException {
        Files.writeString(directory.resolve("all.yaml"), """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: function
                  namespace: shop
                  labels: {networking.knative.dev/visibility: cluster-local}
                spec:
                  template:
                    spec:
                      containers: [{image: test/function}]
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: default, namespace: shop}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: function, namespace: shop}
                spec:
                  broker: default
                  filters: [{any: [{exact: {type: placed}}, {exact: {type: poison}}]}]
                  subscriber:
                    ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: function}
                    uri: /authorize
                  delivery:
                    %1$s
                    deadLetterSink: {uri: '%2$s'}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: outside, namespace: shop}
                spec:
                  broker: default
                  filters: [{not: {any: [{exact: {type: placed}}, {exact: {type: poison}}]}}]
                  subscriber: {uri: '%2$s'}
                  delivery: {retry: 100, backoffPolicy: linear, backoffDelay: PT0.05S}
                ---
                apiVersion: sources.knative.dev/v1
                kind: PingSource
                metadata: {name: tick, namespace: shop}
                spec:
                  schedule: '* * * * * *'
                  contentType: text/plain
                  data: tick
                  sink:
                    ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}
                ---
                apiVersion: sources.knative.dev/v1
                kind: SinkBinding
                metadata: {name: function, namespace: shop}
                spec:
                  ceOverrides: {extensions: {colour: red}}
                  subject: {apiVersion: serving.knative.dev/v1, kind: Service, name: function}
                  sink:
                    ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}
                ---
                apiVersion: sources.knative.dev/v1
                kind: ContainerSource
                metadata: {name: source, namespace: shop}
                spec:
                  ceOverrides: {extensions: {colour: blue}}
                  sink:
                    ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}
                  template:
                    spec:
                      containers: [{name: source, image: test/source, env: [{name: TYPE, value: measured}]}]
                """.formatted(delivery, outside.url()));
    }

    @AfterEach
    void stop() {
        outside.close();
    }

    private Cluster cluster() {
        return new Cluster(TestSystem.options(directory, "-k=" + directory, "--images=" + directory));
    }

    private static void post(int port, String id, String type) {
        TestSystem.request(port, "broker-ingress.knative-eventing.svc.cluster.local")
                .headers(TestEventing.event(id, type))
                .body("{}")
                .post("/shop/default")
                .then()
                .statusCode(202);
    }

    private Received arrived(String id, Subscriber at) {
        await().until(() -> at.ids().contains(id));
        return at.received.stream().filter(e -> e.id().equals(id)).findFirst().orElseThrow();
    }

    @Test
    void anEventStartsItsFunctionWhoseReplyOrFailureIsPassedOn() {
        try (Cluster cluster = cluster()) {
            int port = cluster.start();
            post(port, "1", "placed");
            post(port, "2", "poison");

            Received reply = arrived("reply-to-1", outside);
            assertEquals("authorized", reply.headers().get("ce-type"));
            assertEquals("{\"extensions\":{\"colour\":\"red\"}}", reply.text()); // What its SinkBinding says.
            Received poison = arrived("2", outside);
            assertEquals("400", poison.headers().get("ce-knativeerrorcode"));
            assertEquals(
                    "http://function.shop.svc.cluster.local/authorize",
                    poison.headers().get("ce-knativeerrordest"));
            await().until(() -> outside.received.stream().anyMatch(e -> e.text().equals("tick")));
        }
    }

    @Test
    void aContainerSourceSendsItsEventsAndIsStartedAgainWhenItHasEnded() {
        try (Cluster cluster = cluster()) {
            cluster.start();
            await().until(() -> measured().size() == 2);

            assertEquals(
                    "{\"extensions\":{\"colour\":\"blue\"}}",
                    measured().getFirst().text());
        }
    }

    private List<Received> measured() {
        return outside.received.stream()
                .filter(event -> event.headers().get("ce-type").equals("measured"))
                .toList();
    }

    @Test
    void whatWasAcceptedIsDeliveredAfterTheNextStart() {
        outside.close();
        try (Cluster cluster = cluster()) {
            post(cluster.start(), "1", "kept");
        }
        try (Subscriber back = new Subscriber(outside.port());
                Cluster cluster = cluster()) {
            cluster.start();
            arrived("1", back);
        }
    }

    @Test
    void aMistakeIsToldWithFileLineAndField() throws IOException {
        write("backoffDelay: 1s");
        try (Cluster cluster = cluster()) {
            var e = assertThrows(StartException.class, cluster::start);
            int line = Files.readAllLines(directory.resolve("all.yaml")).indexOf("    backoffDelay: 1s") + 1;
            assertTrue(e.getMessage().contains("all.yaml:%d: ".formatted(line)), e.getMessage());
            assertTrue(e.getMessage().contains("spec.delivery.backoffDelay: an ISO 8601 duration"), e.getMessage());
        }
    }

    /** The function, a process of its own. */
    static final class Function {
        public static void main(String[] args) throws IOException {
            HttpServer server =
                    HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))), 0);
            server.createContext("/authorize", exchange -> {
                exchange.getRequestBody().readAllBytes();
                boolean placed =
                        exchange.getRequestHeaders().getFirst("ce-type").equals("placed");
                if (placed) {
                    String id = "reply-to-" + exchange.getRequestHeaders().getFirst("ce-id");
                    Map<String, String> reply = TestEventing.event(id, "authorized");
                    reply.forEach((name, value) -> exchange.getResponseHeaders().put(name, List.of(value)));
                }
                exchange.sendResponseHeaders(placed ? 200 : 400, 0);
                exchange.getResponseBody().write(System.getenv("K_CE_OVERRIDES").getBytes(StandardCharsets.UTF_8));
                exchange.close();
            });
            server.start();
        }
    }

    /** Sends one event, and ends. */
    static final class Source {
        public static void main(String[] args) {
            RestAssured.given()
                    .headers(
                            TestEventing.event("from-" + ProcessHandle.current().pid(), System.getenv("TYPE")))
                    .body(System.getenv("K_CE_OVERRIDES"))
                    .post(System.getenv("K_SINK"))
                    .then()
                    .statusCode(202);
        }
    }
}
