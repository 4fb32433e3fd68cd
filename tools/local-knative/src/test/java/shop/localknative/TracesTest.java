/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The steps of requests and events, those within processes of other languages included. */
@Timeout(120)
class TracesTest {
    static {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    private static final Path NODE = Path.of("src/test/node").toAbsolutePath();
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";

    @TempDir
    static Path directory;

    private static Cluster cluster;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        var manifests = Files.createDirectories(directory.resolve("manifests"));
        Files.writeString(manifests.resolve("traced.yaml"), """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: echo}
                spec: {template: {spec: {containers: [{image: test/echo}]}}}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: cold}
                spec: {template: {spec: {containers: [{image: test/echo}]}}}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: subscriber}
                spec: {template: {spec: {containers: [{image: registry.example/subscriber}]}}}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: default}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: subscriber}
                spec:
                  broker: default
                  subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: subscriber}}
                """);
        cluster = new Cluster(TestSystem.options(
                directory,
                "-k=" + manifests,
                "--images=" + TestSystem.images(directory.resolve("images")),
                "--process=registry.example/subscriber=exec node '%s/subscriber.js'".formatted(NODE),
                "--traces=" + file()));
        port = cluster.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Path file() {
        return directory.resolve("traces.jsonl");
    }

    /** Knative's activator has a span for the wait, too (throttler_try, knative/serving pkg/activator/handler/handler.go). */
    @Test
    void requestThatFindsNoInstanceHasItsWaitAndTheColdStartInItsTrace() throws IOException {
        var header = Map.of("traceparent", "00-%s-%s-01".formatted(TRACE, CALLER), "tracestate", "a=1");
        to("cold.default.localhost").headers(header).get("/first").then().statusCode(200);
        var second = to("cold.default.localhost").headers(header).get("/private?of=nobody");

        await().until(() -> trace(TRACE).getList("spans").size() == 4);
        var trace = trace(TRACE);
        assertEquals(List.of(CALLER, CALLER), trace.getList("spans.findAll { it.name == 'GET cold' }.parentSpanId"));
        String cold = "spans.find { it.name == 'cold start' }.";
        String queue = trace.getString(cold + "parentSpanId");
        assertEquals("queue", span(trace, queue).get("name"));
        String request = (String) span(trace, queue).get("parentSpanId");
        assertEquals("server", span(trace, request).get("kind"));
        assertEquals(
                Map.of("http.request.method", "GET", "url.path", "/first", "http.response.status_code", 200),
                span(trace, request).get("attributes"));
        assertTrue(trace.getDouble(cold + "durationMillis") > 10);
        assertTrue(!Instant.parse(trace.getString(cold + "start"))
                .isBefore(Instant.parse((String) span(trace, queue).get("start"))));

        String received = second.path("headers.traceparent");
        String answering = trace.getString("spans.find { it.attributes.'url.path' == '/private' }.spanId");
        assertEquals("00-%s-%s-01".formatted(TRACE, answering), received);
        assertEquals("a=1", second.path("headers.tracestate"));
        var lines = Files.readAllLines(file()).stream().map(JsonObject::new).toList();
        assertEquals(
                4,
                lines.stream()
                        .filter(line -> line.getString("traceId").equals(TRACE))
                        .count());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        assertTrue(lines.stream().noneMatch(line -> line.encode().contains("nobody")), "queries may name people");
    }

    /** With nothing but OpenTelemetry's SDK and the environment that it is started with. */
    @Test
    void processOfAnotherLanguageIsInThePicture() throws Exception {
        assumeTrue(hasPackages(), "npm can't install %s: is there a Node.js, and a registry?".formatted(NODE));
        to("broker-ingress.knative-eventing.svc.cluster.local")
                .headers(Map.of("ce-specversion", "1.0", "ce-id", "n-1", "ce-source", "/test", "ce-type", "greeting"))
                .post("/default/default")
                .then()
                .statusCode(202);

        await().until(() ->
                to("localhost").get("/traces?event=n-1").jsonPath().getList("[0].spans.service") instanceof List<?> all
                        && all.contains("subscriber"));
        var trace = to("localhost").get("/traces?event=n-1").jsonPath().setRootPath("[0]");
        List<String> names = trace.getList("spans.name");
        assertTrue(
                names.containsAll(List.of(
                        "broker:default.default",
                        "trigger:subscriber.default",
                        "POST subscriber",
                        "queue",
                        "cold start")),
                names::toString);
        var ids = new HashSet<>(trace.<String>getList("spans.spanId"));
        ids.add(null);
        assertTrue(ids.containsAll(trace.getList("spans.parentSpanId")), trace::prettify);
        Map<String, Object> subscriber = trace.get("spans.find { it.service == 'subscriber' }");
        assertEquals(
                "POST subscriber",
                span(trace, (String) subscriber.get("parentSpanId")).get("name"));
    }

    @Test
    void environmentOfAProcessIsWhatTheSdksOfAllLanguagesRead() {
        to("echo.default.localhost")
                .get("/")
                .then()
                .body("env.OTEL_EXPORTER_OTLP_ENDPOINT", equalTo("http://127.0.0.1:" + port))
                .body("env.OTEL_EXPORTER_OTLP_PROTOCOL", equalTo("http/protobuf"))
                .body("env.OTEL_SERVICE_NAME", equalTo("echo"));
    }

    private static boolean hasPackages() throws Exception {
        if (Files.exists(NODE.resolve("node_modules/.package-lock.json"))) {
            return true;
        }
        try {
            var npm = new ProcessBuilder("npm", "ci", "--no-progress")
                    .directory(NODE.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("target", "npm.log").toFile())
                    .start();
            return npm.waitFor() == 0;
        } catch (IOException thereIsNone) {
            return false;
        }
    }

    private static JsonPath trace(String id) {
        var json = to("localhost").get("/traces/" + id).jsonPath();
        return json.get("spans") == null ? JsonPath.from("{\"spans\": []}") : json;
    }

    private static Map<String, Object> span(JsonPath trace, String id) {
        return trace.get("spans.find { it.spanId == '%s' }".formatted(id));
    }

    private static RequestSpecification to(String host) {
        return TestSystem.request(port, host);
    }
}
