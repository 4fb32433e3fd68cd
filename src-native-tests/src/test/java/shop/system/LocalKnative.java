/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** local-knative as a process of its own, running the shop from whatever build there is. Output: target/NAME.log. */
final class LocalKnative implements AutoCloseable {
    private static final Path TARGET = Manifests.ROOT.resolve("src-native-tests/target");
    private static final List<String> RUN = List.of(
            "run",
            "--images=" + Manifests.ROOT,
            "--images=" + Manifests.ROOT.resolve("tools"),
            "--port=0",
            "--env=QUARKUS_HTTP_HOST=127.0.0.1",
            "--env=QUARKUS_MANAGEMENT_HOST=127.0.0.1");
    private static final Pattern READY = Pattern.compile("^ready http://localhost:(\\d+)", Pattern.MULTILINE);

    /** Also those of earlier starts: what a crash leaves behind is nobody's child any more. */
    private final Set<ProcessHandle> seen = new HashSet<>();

    private final Path data;
    private final Path log;
    private final List<String> options;

    private Process process;
    private volatile int port;

    /** Starts without any state. */
    LocalKnative(String name, String... options) {
        this.data = TARGET.resolve("data").resolve(name);
        this.log = TARGET.resolve(name + ".log");
        this.options = List.of(options);
        start("--fresh");
    }

    /** Starts with the state that a killed one left behind. */
    void restart() {
        start();
    }

    private void start(String... more) {
        int starts = readyPorts().size();
        process = launch(
                ProcessBuilder.Redirect.appendTo(log.toFile()),
                Stream.of(RUN, options, List.of(more)).flatMap(List::stream));
        await("ready")
                .atMost(Duration.ofMinutes(2))
                .failFast("local-knative ended, see " + log, () -> !process.isAlive())
                .until(() -> readyPorts().size() > starts);
        port = readyPorts().getLast();
    }

    /** The token that the command {@code token} prints. */
    String token(String... options) {
        Process token = launch(ProcessBuilder.Redirect.PIPE, Stream.concat(Stream.of("token"), Stream.of(options)));
        try {
            String output = new String(token.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            requireSuccess(token);
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key by which its cluster signs tokens, as JWK. */
    Path clusterKey() {
        return data.resolve("keys/cluster.jwk");
    }

    /** The port of the front door. */
    int port() {
        return port;
    }

    /** A request to the front door. Java resolves no *.localhost, hence the address and the header. */
    RequestSpecification request(String host) {
        return RestAssured.given().baseUri("http://127.0.0.1:" + port).header("Host", host);
    }

    /** The process that answers for a Knative Service. */
    ProcessHandle instanceOf(String service) {
        long pid = page("/").getLong("services.find { it.name == '%s' }.pid".formatted(service));
        return ProcessHandle.of(pid).orElseThrow();
    }

    /** One of local-knative's own pages: / says what runs, /mailbox what came by mail. */
    JsonPath page(String path) {
        return request("localhost")
                .accept(ContentType.JSON)
                .get(path)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** The output of the instances of a Knative Service so far. */
    String logOf(String service) {
        try {
            return Files.readString(data.resolve("logs").resolve(service + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that it keeps. */
    Path data() {
        return data;
    }

    /** Its own output. */
    Path log() {
        return log;
    }

    /** The rows, of one text each, that a statement finds in the database of a service that runs. */
    List<String> query(String name, String sql) {
        ProcessHandle service = instanceOf(name);
        String database = "jdbc:postgresql://%s:%s/%s"
                .formatted(
                        environment(service, "DB_HOST"),
                        environment(service, "DB_PORT"),
                        environment(service, "DB_NAME"));
        try (Connection connection = DriverManager.getConnection(
                        database, "postgres", Files.readString(data.resolve("credentials/postgres")));
                Statement statement = connection.createStatement()) {
            List<String> rows = new ArrayList<>();
            if (statement.execute(sql)) {
                for (ResultSet result = statement.getResultSet(); result.next(); ) {
                    rows.add(result.getString(1));
                }
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A request past the front door, straight to the PORT of this process. */
    RequestSpecification requestTo(ProcessHandle instance) {
        return RestAssured.given().baseUri("http://127.0.0.1:" + environment(instance, "PORT"));
    }

    ProcessHandle self() {
        return process.toHandle();
    }

    /** Sends a signal to exactly this process. */
    void signal(String name, ProcessHandle target) {
        remember();
        try {
            requireSuccess(new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(name, target.pid()))
                    .inheritIO()
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ctrl-C, and no process may be left. */
    @Override
    public void close() {
        remember();
        process.destroy();
        await("the end of all processes")
                .atMost(Duration.ofMinutes(1))
                .until(() -> seen.stream().noneMatch(ProcessHandle::isAlive));
    }

    private void remember() {
        seen.add(process.toHandle());
        process.descendants().forEach(seen::add);
    }

    private void requireSuccess(Process process) {
        int exit = process.onExit().join().exitValue();
        if (exit != 0) {
            throw new IllegalStateException("a command ended with exit code %d, see %s".formatted(exit, log));
        }
    }

    private static String environment(ProcessHandle process, String name) {
        try {
            String variables = Files.readString(Path.of("/proc", Long.toString(process.pid()), "environ"));
            return Stream.of(variables.split("\0"))
                    .filter(variable -> variable.startsWith(name + "="))
                    .map(variable -> variable.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch(ProcessBuilder.Redirect output, Stream<String> arguments) {
        List<String> command = Stream.of(
                        Stream.of(
                                System.getProperty("java.home") + "/bin/java",
                                "-jar",
                                "tools/local-knative/target/local-knative.jar"),
                        arguments,
                        Stream.of("-k", "src-native-tests/k8s", "--data", data.toString()))
                .flatMap(Function.identity())
                .toList();
        try {
            Files.createDirectories(data.getParent());
            return new ProcessBuilder(command)
                    .directory(Manifests.ROOT.toFile())
                    .redirectOutput(output)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port of every start that the log tells of. */
    private List<Integer> readyPorts() {
        try {
            String written = Files.exists(log) ? Files.readString(log) : "";
            return READY.matcher(written)
                    .results()
                    .map(ready -> Integer.valueOf(ready.group(1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
