/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.localknative.console.StartException;
import shop.localknative.serving.TestServing.Echo;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.serving.revisions.Instances.State;

/** Services with real processes, scaled by their annotations. */
@Timeout(120)
class ServingTest {
    static {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    @TempDir
    Path directory;

    private TestServing system;

    @BeforeEach
    void start() throws IOException {
        system = new TestServing(directory);
    }

    @AfterEach
    void stop() throws Exception {
        system.close();
    }

    @Test
    void trafficNamesRevisionsOfEarlierRunsWithTheImageThatTheyHad() throws Exception {
        system.start(new Echo().withContainer("args: [first]"));
        assertEquals("echo-00001", JsonPath.from(system.getNow("/").body()).getString("env.K_REVISION"));
        system.close();
        Files.delete(directory.resolve("images/echo/target/echo-1.0-runner")); // and built anew by the next line
        system = new TestServing(directory);
        var canary = new Echo().withContainer("args: [second]").yaml()
                + "  traffic: [{revisionName: echo-00001, percent: 100}, {latestRevision: true, percent: 0, tag: next}]\n";
        system.start(canary);
        assertEquals("echo-00002", system.echo().latestReady().revision().name());
        var stable = JsonPath.from(system.getNow("/").body());
        assertEquals("echo-00001", stable.getString("env.K_REVISION"));
        assertEquals(List.of("first"), stable.getList("args"));
        system.close();
        system = new TestServing(directory, false).start(canary);
        assertEquals("echo-00002", system.echo().latestReady().revision().name(), "nothing has changed");
        assertEquals("echo-00001", JsonPath.from(system.getNow("/").body()).getString("env.K_REVISION"));
    }

    @Test
    void serviceScalesToZeroAfterItsWindowAndFromZeroWithTheNextRequest() throws IOException {
        system.start(new Echo().annotated("window", "10m"));
        assertEquals(State.NONE, system.instances().state());
        long first = pid(system.getNow("/"));
        await().during(Duration.ofSeconds(2)).until(() -> system.instances().state() == State.READY);
        system.pass(Duration.ofMinutes(10));
        await().until(() -> system.instances().state() == State.NONE);
        await().until(() -> !isAlive(first));
        assertNotEquals(first, pid(system.getNow("/")));
        assertEquals(2, system.instances().starts());
    }

    @Test
    void concurrencyAboveTheTargetStartsMoreInstancesUpToTheMaximum() throws IOException {
        system.start(
                new Echo().annotated("target", "1").annotated("max-scale", "2").annotated("window", "6s"));
        var pids = new TreeSet<Long>();
        await().until(() -> {
            all(6, "/sleep/500").forEach(response -> pids.add(pid(response)));
            return pids.size() == 2;
        });
        all(12, "/sleep/500").forEach(response -> pids.add(pid(response)));
        assertEquals(2, pids.size());
    }

    @Test
    void containerConcurrencyIsNeverExceeded() throws IOException {
        system.start(new Echo().with("containerConcurrency: 2").annotated("max-scale", "1"));
        for (var response : all(10, "/sleep/50")) {
            assertEquals(200, response.statusCode());
            assertTrue(json(response).getInteger("mostConcurrent") <= 2, response.body());
        }
    }

    @Test
    void minimumIsThereWithoutARequestAndReplacedHoweverOftenItIsKilled() throws IOException {
        system.start(new Echo().annotated("min-scale", "1"));
        long last = 0;
        for (int kills = 0; kills < 3; kills++) {
            long killed = last;
            await().until(() -> system.instances().state() == State.READY
                    && system.instances().pids().getFirst() != killed);
            last = system.instances().pids().getFirst();
            ProcessHandle.of(last).orElseThrow().destroyForcibly();
        }
    }

    @Test
    void initialScaleIsThereWithoutARequest() throws IOException {
        system.start(new Echo().annotated("initial-scale", "2"));
        await().until(() -> system.instances().state() == State.READY
                && system.instances().pids().size() == 2);
    }

    @Test
    void waitingRequestIsNotLostWhenTheFirstStartFailsAndTheSecondSucceeds() throws Exception {
        var broken = Files.createFile(directory.resolve("broken"));
        system.start(new Echo().withEnv("BROKEN_ONCE", broken));
        var response = system.postNow("/", "not lost");
        assertEquals("not lost", json(response).getString("body"));
        assertEquals(2, system.instances().starts());
    }

    @Test
    void serviceThatKeepsDyingSaysWhyWithTheLastLinesOfItsOutput() throws IOException {
        var broken = Files.createFile(directory.resolve("broken"));
        system.start(new Echo().withEnv("BROKEN", broken));
        var response =
                assertTimeout(Duration.ofSeconds(60), () -> system.getNow("/"), "long before the 300 s of a request");
        assertEquals(503, response.statusCode());
        for (String why : List.of(response.body(), system.echo().problem().orElseThrow())) {
            assertTrue(why.contains("ended with exit code 3"), why);
            assertTrue(why.contains("out of ideas"), why);
        }
        assertEquals(2, system.instances().starts(), "the third start has to wait for 10 s");
        assertEquals(503, system.getNow("/").statusCode(), "nor does anybody wait for that one");

        Files.delete(broken);
        system.pass(Duration.ofSeconds(10));
        assertEquals(200, system.getNow("/").statusCode());
    }

    @Test
    void processThatListensElsewhereIsNamedAfterSomeSeconds() throws IOException {
        system.start(new Echo().with("timeoutSeconds: 12").withContainer("args: [--elsewhere]"));
        var response = system.getNow("/");
        assertEquals(503, response.statusCode());
        assertTrue(
                response.body().matches("(?s).*process \\d+ runs, but nothing listens on PORT=\\d+ yet.*"),
                response.body());
    }

    @Test
    void longUrlsAndLongHeadersOfAnswersPass() throws IOException {
        system.start(new Echo());
        var path = "/" + "x".repeat(8 << 10);
        assertEquals(path, json(system.getNow(path)).getString("path"));
        var answer = system.getNow("/headers/" + (64 << 10));
        assertEquals(64 << 10, answer.headers().firstValue("long").orElseThrow().length());
    }

    @Test
    void answerWithoutABodyAnnouncesNoChunks() throws Exception { // RFC 9110, 15.4.5
        system.start(new Echo());
        system.getNow("/live");
        try (var socket = connect()) {
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            for (int i = 0; i < 3; i++) { // on kept connections, here and behind the proxy
                send(socket, "GET /not-modified HTTP/1.1\r\nHost: echo\r\n\r\n");
                awaitLine(lines, "HTTP/1.1 304 Not Modified");
                for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
                    assertFalse(line.toLowerCase(Locale.ROOT).startsWith("transfer-encoding:"), line);
                }
            }
        }
    }

    @Test
    void requestAboveTheQueuesLimitIsRefused() throws IOException {
        var slow = Files.createFile(directory.resolve("slow"));
        system.start(new Echo().withEnv("SLOW", slow));
        var instances = system.instances();
        var waiting =
                IntStream.range(0, 10_000).mapToObj(i -> instances.acquire()).toList();
        var refused =
                assertThrows(ExecutionException.class, () -> instances.acquire().get());
        assertInstanceOf(Instances.OverloadException.class, refused.getCause());
        assertEquals(503, system.getNow("/").statusCode());
        waiting.forEach(place -> place.completeExceptionally(new IOException("enough")));
        assertEquals(0, instances.concurrency());
    }

    @Test
    void requestThatComesTooLateIsA504() throws IOException {
        var slow = Files.createFile(directory.resolve("slow"));
        system.start(new Echo().withEnv("SLOW", slow).with("timeoutSeconds: 1"));
        assertEquals(504, system.getNow("/").statusCode());
        await().until(() -> system.instances().concurrency() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 601})
    void timeLimitThatKnativeWouldNotAcceptStopsTheStart(int seconds) {
        var echo = new Echo().with("timeoutSeconds: " + seconds);
        var e = assertThrows(StartException.class, () -> system.start(echo));
        assertTrue(
                e.getMessage()
                        .contains("spec.template.spec.timeoutSeconds: %d is not a number from 0 to 600"
                                .formatted(seconds)),
                e.getMessage());
    }

    @Test
    void timeLimitOfZeroIsTheDefault() throws IOException {
        system.start(new Echo().with("timeoutSeconds: 0"));
        assertEquals(200, system.getNow("/").statusCode());
    }

    @Test
    void callerThatHangsUpDoesNotWaitAnyMore() throws IOException {
        var slow = Files.createFile(directory.resolve("slow"));
        system.start(new Echo().withEnv("SLOW", slow));
        var request = system.get("/");
        await().until(() -> system.instances().concurrency() == 1);
        request.cancel(true);
        await().until(() -> system.instances().concurrency() == 0);
    }

    @Test
    void callerThatHangsUpWithinTheAnswerIsNotCountedAnyMore() throws Exception {
        system.start(new Echo());
        try (var socket = connect()) {
            send(socket, "GET /long HTTP/1.1\r\nHost: echo\r\n\r\n");
            socket.getInputStream().readNBytes(1 << 20);
            assertEquals(1, system.instances().concurrency());
        }
        await().until(() -> system.instances().concurrency() == 0);
    }

    @Test
    void answerThatBreaksOffIsNotCountedAnyMore() throws Exception {
        system.start(new Echo());
        try (var socket = connect()) {
            send(socket, "GET /breaks-off HTTP/1.1\r\nHost: echo\r\nConnection: close\r\n\r\n");
            socket.getInputStream().readAllBytes();
        }
        await().until(() -> system.instances().concurrency() == 0);
    }

    @Test
    void instanceThatIsStoppedFinishesWhatItHasBegun() throws IOException {
        system.start(new Echo());
        system.getNow("/");
        var begun = system.get("/sleep/2000");
        await().until(() -> system.instances().concurrency() == 1);
        system.instances().reachable(false);
        assertEquals(200, begun.join().statusCode());
        await().until(() -> !isAlive(pid(begun.join())));
    }

    @Test
    void piecesOfABodyPassAtOnceAndLongerThanTheTimeLimit() throws Exception {
        system.start(new Echo().with("timeoutSeconds: 1"));
        system.getNow("/");
        try (var socket = connect()) {
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            send(socket, "POST /stream HTTP/1.1\r\nHost: echo\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n+\r\n");
            awaitLine(lines, "data: event");
            Thread.sleep(1_500); // longer than its time limit
            send(socket, "1\r\n+\r\n");
            awaitLine(lines, "data: event");
        }
        await().until(() -> system.instances().concurrency() == 0);
    }

    @Test
    void webSocketPassesLongerThanTheTimeLimitAndIsARequestUntilItIsClosed() throws Exception {
        system.start(new Echo().with("timeoutSeconds: 1").withContainer("args: [--upgrade]"));
        try (var socket = connect()) {
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            send(socket, """
                    GET / HTTP/1.1\r
                    Host: echo\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    \r
                    """);
            awaitLine(lines, "HTTP/1.1 101 Switching Protocols");
            awaitLine(lines, "");
            Thread.sleep(1_500); // longer than its time limit
            send(socket, "hello\n");
            awaitLine(lines, "hello");
            assertEquals(1, system.instances().concurrency());
        }
        await().until(() -> system.instances().concurrency() == 0);
    }

    @Test
    void connectionIsKeptForTheNextRequest() throws Exception {
        system.start(new Echo());
        try (var socket = connect()) {
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            for (int i = 0; i < 3; i++) {
                send(socket, "GET /live HTTP/1.1\r\nHost: echo\r\n\r\n");
                awaitLine(lines, "HTTP/1.1 200 OK");
            }
        }
    }

    @Test
    void instanceWhoseLivenessProbeFailsIsReplaced() throws IOException {
        var dead = directory.resolve("dead");
        system.start(new Echo()
                .withEnv("DEAD", dead)
                .withContainer("livenessProbe: {httpGet: {path: /live}, periodSeconds: 1, failureThreshold: 2}"));
        long first = pid(system.getNow("/"));
        Files.createFile(dead);
        await().until(() -> !isAlive(first));
        Files.delete(dead);
        assertNotEquals(first, pid(system.getNow("/")));
    }

    @Test
    void instanceWhoseReadinessProbeFailsGetsNoRequestsUntilItSucceeds() throws IOException {
        var unready = directory.resolve("unready");
        system.start(new Echo()
                .withEnv("UNREADY", unready)
                .withContainer("readinessProbe: {httpGet: {path: /ready}, periodSeconds: 1, failureThreshold: 1}"));
        long first = pid(system.getNow("/"));
        Files.createFile(unready);
        await().until(() -> system.instances().state() != State.READY);
        var waiting = system.get("/");
        await().until(() -> system.instances().concurrency() == 1);
        assertFalse(waiting.isDone());
        Files.delete(unready);
        assertEquals(first, pid(waiting.join()));
    }

    @Test
    void startupProbeThatNeverSucceedsEndsTheStart() throws IOException {
        var dead = Files.createFile(directory.resolve("dead"));
        system.start(new Echo()
                .withEnv("DEAD", dead)
                .with("timeoutSeconds: 20")
                .annotated("initial-scale", "1")
                .withContainer("startupProbe: {httpGet: {path: /live}, periodSeconds: 1, failureThreshold: 4}"));
        await().until(() -> system.echo().problem().isPresent());
        var problem = system.echo().problem().orElseThrow();
        assertTrue(problem.contains("was not ready within 4 s"), problem);
        assertTrue(problem.contains("/live answers 500"), problem);
    }

    @Test
    void livenessAtAPortThatKnativeDoesNotAskAtStopsTheStart() {
        var echo = new Echo().withContainer("livenessProbe: {httpGet: {path: /live, port: 9000}}");
        var e = assertThrows(StartException.class, () -> system.start(echo));
        assertTrue(
                e.getMessage()
                        .contains(
                                "containers[0].livenessProbe: Knative asks for liveness at the container's port, 8080"),
                e.getMessage());
    }

    @Test
    void portOfAProbeThatTheContainerDoesNotHaveStopsTheStart() {
        var echo = new Echo()
                .withContainer("ports: [{name: http1, containerPort: 8080}]")
                .withContainer("readinessProbe: {tcpSocket: {port: management}}");
        var e = assertThrows(StartException.class, () -> system.start(echo));
        assertTrue(
                e.getMessage()
                        .contains("containers[0].readinessProbe.tcpSocket.port: the container has no port named"
                                + " 'management', only [http1]"),
                e.getMessage());
    }

    private List<HttpResponse<String>> all(int count, String path) {
        var requests = IntStream.range(0, count).mapToObj(i -> system.get(path)).toList();
        return requests.stream().map(CompletableFuture::join).collect(Collectors.toList());
    }

    private static JsonObject json(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return new JsonObject(response.body());
    }

    private static long pid(HttpResponse<String> response) {
        return json(response).getLong("pid");
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    private Socket connect() throws IOException {
        var socket =
                new Socket(InetAddress.getLoopbackAddress(), system.address().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static void awaitLine(BufferedReader lines, String expected) throws IOException {
        for (var line = lines.readLine(); !line.endsWith(expected); line = lines.readLine()) {
            // what is before it
        }
    }
}
