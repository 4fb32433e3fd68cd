/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, in a process of its own. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LocalKnativeTest {
    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void images() throws IOException {
        TestSystem.images(directory);
    }

    @AfterEach
    void stop() throws Exception {
        for (Process process : processes) {
            process.destroy();
            process.waitFor();
        }
    }

    @Test
    void sigtermStopsEveryProcess() throws Exception {
        var run = run();
        var echo = echo(awaitReady(run));
        run.destroy();
        assertEquals(143, run.waitFor());
        assertTrue(ProcessHandle.of(echo.getLong("pid"))
                .filter(ProcessHandle::isAlive)
                .isEmpty());
        assertFalse(Files.exists(directory.resolve("data/postgresql/postmaster.pid")));
    }

    @Test
    void nextStartStopsWhatAKilledOneLeftBehindAndKeepsItsState() throws Exception {
        var first = run();
        var before = echo(awaitReady(first));
        first.destroyForcibly().waitFor();
        var orphan = ProcessHandle.of(before.getLong("pid")).orElseThrow();
        assertTrue(orphan.isAlive());

        var after = echo(awaitReady(run()));
        assertFalse(orphan.isAlive());
        assertEquals(password(before), password(after));
    }

    /** While keys are made, PostgreSQL is being started. */
    @Test
    void startThatIsInterruptedLeavesNothingBehind() throws Exception {
        var run = run();
        Awaitility.await().until(() -> Files.exists(directory.resolve("data/postgresql/PG_VERSION")));
        run.destroy();
        run.waitFor();
        assertEquals(
                List.of(),
                ProcessHandle.allProcesses()
                        .flatMap(process -> process.info().commandLine().stream())
                        .filter(command -> command.contains(data()))
                        .toList());
    }

    @Test
    void freshStartsEmpty() throws Exception {
        var first = run();
        var before = echo(awaitReady(first));
        first.destroy();
        first.waitFor();
        var after = echo(awaitReady(run("--fresh")));
        assertNotEquals(password(before), password(after));
    }

    @Test
    void secondOneOnTheSameDataIsTold() throws Exception {
        awaitReady(run());
        var second = run();
        assertEquals(1, second.waitFor());
        assertTrue(text(second).contains("is in use by another local-knative"));
    }

    @Test
    void mistakeInTheManifestsIsOneLine() throws Exception {
        var manifests = Files.createDirectory(directory.resolve("wrong"));
        Files.writeString(manifests.resolve("a.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");
        var run = start("run", "-k", manifests.toString(), "--images", ".", "--data", data());
        assertEquals(1, run.waitFor());
        assertTrue(text(run).matches("(?s)error: .*/wrong/a.yaml:2: kind: v1 Pod is not a kind .*"), text(run));
    }

    @Test
    void tokenBeforeTheFirstStartIsOneThatTheSystemTrusts() throws Exception {
        var token = start("token", "--role", "customer", "--user", "42", "--data", data(), "-k", manifests());
        assertEquals(0, token.waitFor());
        var keys = Files.readString(directory.resolve("data/keys/people.jwks"));
        awaitReady(run());
        assertEquals(keys, Files.readString(directory.resolve("data/keys/people.jwks")));
    }

    @Test
    void tokenOfAServiceIsThatOfTheFirstAccountWithATokenMounted() throws Exception {
        var token = start("token", "--role", "service", "--data", data(), "-k", manifests());
        assertEquals(0, token.waitFor());
        var payload = text(token).strip().split("\\.")[1];
        var claims = JsonPath.from(new String(Base64.getUrlDecoder().decode(payload)));
        assertEquals("system:serviceaccount:demo:echo-account", claims.getString("sub"));
        assertEquals(List.of("demo"), List.of(claims.getString("aud")));
    }

    @Test
    void subscriberOfTheReadmeReceivesTheEventOfTheReadme() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs Python");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "needs curl");
        var readme = Files.readString(Path.of("README.md"));
        var script = block(readme, "python", "import http");
        assertEquals(10, script.lines().count());
        Files.writeString(directory.resolve("hello.py"), script);
        Files.createDirectory(directory.resolve("hello"));
        Files.writeString(directory.resolve("hello/hello.yaml"), block(readme, "yaml", "apiVersion"));

        var run = shell(block(readme, "sh", "./run").replace("./run", java() + " run") + " --port 0");
        int port = awaitReady(run);
        var curl = shell(block(readme, "sh", "curl").replace("localhost:8080", "localhost:" + port));
        assertEquals(0, curl.waitFor());
        assertTrue(text(curl).startsWith("HTTP/1.1 202"), text(curl));
        var log = directory.resolve(".local-knative/logs/hello.log");
        Awaitility.await()
                .until(() -> Files.exists(log) && Files.readString(log).contains("greeting hello, subscriber"));
    }

    /** The code block of a language that begins so. */
    private static String block(String readme, String language, String begin) {
        var block = Pattern.compile("```%s\\n(%s.*?)```".formatted(language, Pattern.quote(begin)), Pattern.DOTALL)
                .matcher(readme);
        assertTrue(block.find(), begin);
        return block.group(1).strip();
    }

    private Process shell(String command) throws IOException {
        return startProcess(List.of("/bin/sh", "-c", "exec " + command));
    }

    @Test
    void commandWhoseImageNoManifestNamesIsToldWhichThereAre() throws Exception {
        var run = run("--process", "test/ecko=cat");
        assertEquals(1, run.waitFor());
        assertTrue(text(run).contains("error: --process test/ecko: no manifest names this image"), text(run));
        assertTrue(text(run).contains("registry.example:5000/test/echo:1.0"), text(run));
    }

    @Test
    void functionsAreListedOfTheSystemThatRuns() throws Exception {
        int port = awaitReady(run());
        var functions = start("functions", "--port", Integer.toString(port));
        assertEquals(0, functions.waitFor());
        assertTrue(text(functions).startsWith("""
                backstage
                  triggers   new-year, to-backstage
                  receives   *, demo.greeted
                  schedules  0 0 1 1 *
                """), text(functions));
        var nobody = start("functions", "--port", "1");
        assertEquals(1, nobody.waitFor());
        assertTrue(
                text(nobody).matches("error: No system answers at http://localhost:1/functions; .*\\s*"), text(nobody));
    }

    @Test
    void imagesAreListedForWhoBuildsThem() throws Exception {
        var images = start("run", "--print-images", "-k", manifests());
        assertEquals(0, images.waitFor());
        assertEquals("registry.example:5000/test/echo:1.0\ntest/echo\n", text(images));
    }

    @Test
    void manifestsAreAFileADirectoryOrTheStandardInput() throws Exception {
        var manifest = Files.writeString(
                Files.createDirectory(directory.resolve("one")).resolve("one.yaml"), """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: one}
                spec:
                  selector: {matchLabels: {app: one}}
                  template:
                    metadata: {labels: {app: one}}
                    spec: {containers: [{name: one, image: test/one}]}
                """);
        for (var given : List.of(manifest.toString(), manifest.getParent().toString(), "- <" + manifest)) {
            var images = shell("%s run --print-images -f %s".formatted(java(), given));
            assertEquals(0, images.waitFor(), () -> textOf(images));
            assertEquals("test/one\n", text(images));
        }
    }

    @Test
    void monitoringIsForThisMachineAloneAndIsStoppedWithTheRest() throws Exception {
        assumeTrue(
                Stream.of("prometheus", "amtool").allMatch(LocalKnativeTest::isOnThePath),
                "no Prometheus and Alertmanager on the PATH (Debian: apt install prometheus prometheus-alertmanager)");
        var option = "--monitoring=" + monitoring();
        var first = run(option);
        int frontDoor = awaitReady(first);
        var status = TestSystem.request(frontDoor, "localhost").get("/").jsonPath();
        for (var server : List.of("prometheus", "alertmanager")) {
            var address = URI.create(status.getString(server));
            Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> given().get(address + "/-/ready").statusCode() == 200);
            // Who listens at all addresses is found at this one, too.
            assertThrows(ConnectException.class, () -> new Socket("127.0.0.2", address.getPort()).close());
        }
        Awaitility.await()
                .until(() -> given().get(status.getString("prometheus") + "/api/v1/targets")
                        .jsonPath()
                        .getList("data.activeTargets.collect { it.labels.instance + ' ' + it.health }")
                        .equals(List.of("localhost:" + frontDoor + " up")));
        first.destroyForcibly().waitFor();
        var left = ofMonitoring();
        assertEquals(2, left.size());

        var second = run(option);
        awaitReady(second);
        assertTrue(left.stream().noneMatch(ProcessHandle::isAlive));
        second.destroy();
        second.waitFor();
        assertEquals(List.of(), ofMonitoring());
    }

    private List<ProcessHandle> ofMonitoring() {
        return ProcessHandle.allProcesses()
                .filter(process ->
                        process.info().commandLine().orElse("").contains("--config.file=" + data() + "/monitoring/"))
                .toList();
    }

    @Test
    void monitoringWithoutItsProgramsSaysHowToGetThem() throws Exception {
        var run = shell("env PATH=/nowhere %s run -k %s --images . --data %s --monitoring %s"
                .formatted(java(), manifests(), data(), monitoring()));
        assertEquals(1, run.waitFor());
        assertEquals(
                "error: --monitoring: there is no alertmanager on the PATH. Debian has it: apt install prometheus prometheus-alertmanager\n",
                text(run));
    }

    /** A directory with what Prometheus and Alertmanager read. */
    private Path monitoring() throws IOException {
        var files = Files.createDirectories(directory.resolve("monitoring"));
        Files.writeString(files.resolve("prometheus.yml"), """
                scrape_configs:
                  - job_name: local-knative
                    scrape_interval: 1s
                    static_configs: [{targets: ["localhost:8080"]}]
                """);
        Files.writeString(files.resolve("alertmanager.yml"), """
                route: {receiver: nobody}
                receivers: [{name: nobody}]
                """);
        return files;
    }

    private static boolean isOnThePath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private Process run(String... more) throws IOException {
        var arguments = new ArrayList<>(
                List.of("run", "-k", manifests(), "--images", directory.toString(), "--data", data(), "--port", "0"));
        arguments.addAll(List.of(more));
        return start(arguments.toArray(String[]::new));
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(java().split(" ")));
        command.addAll(List.of(arguments));
        return startProcess(command);
    }

    private static String java() {
        return String.join(
                " ",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LocalKnative.class.getName());
    }

    private Process startProcess(List<String> command) throws IOException {
        var out = directory.resolve("out" + processes.size());
        var process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("err" + processes.size()).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private int awaitReady(Process process) throws IOException {
        var ready = "ready http://localhost:";
        Awaitility.await().atMost(2, TimeUnit.MINUTES).until(() -> {
            assertTrue(process.isAlive(), () -> textOf(process));
            return text(process).contains(ready);
        });
        return Integer.parseInt(text(process).replaceFirst("(?s).*" + ready, "").strip());
    }

    private String text(Process process) throws IOException {
        int number = processes.indexOf(process);
        return Files.readString(directory.resolve("out" + number)) + errors(number);
    }

    private String errors(int number) throws IOException {
        return Files.readString(directory.resolve("err" + number)).replaceAll("(?m)^WARNING: .*\\R", "");
    }

    private String textOf(Process process) {
        try {
            return text(process);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonPath echo(int port) {
        return TestSystem.request(port, "echo.demo.svc.cluster.local").get("/").jsonPath();
    }

    private static String password(JsonPath echo) {
        Map<String, String> env = echo.getMap("env");
        return env.get("DB_PASSWORD");
    }

    private static String manifests() {
        return TestSystem.manifests().toString();
    }

    private String data() {
        return directory.resolve("data").toString();
    }
}
