/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A build as a process of a test's own, with no environment but the test's: for the behaviour of a whole process that a
 * {@code @QuarkusIntegrationTest} can't ask for.
 *
 * @param log its output, of both streams
 */
public record Executable(Process process, URI address, Path log) implements AutoCloseable {
    /** The exit code of {@code -R:+ExitOnOutOfMemoryError}. */
    public static final int OUT_OF_MEMORY = 3;

    /** Starts the executable of the module under test. */
    public static Executable start(Map<String, String> environment, String... arguments) {
        String executable = executableIn(Path.of("target"))
                .orElseThrow(() -> new IllegalStateException("no executable in target: build it with -Dnative"));
        return start(Stream.concat(Stream.of(executable), Stream.of(arguments)).toList(), environment);
    }

    /** Starts the build in this folder of another module: the executable if there is one, else the JVM build. */
    public static Executable startBuildIn(Path target, Map<String, String> environment) {
        List<String> command = executableIn(target)
                .map(List::of)
                .orElseGet(() -> List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        target.resolve("quarkus-app/quarkus-run.jar").toString()));
        return start(command, environment);
    }

    private static Executable start(List<String> command, Map<String, String> environment) {
        try {
            Path log = Files.createTempFile(Path.of("target"), "executable", ".log");
            int port = Ports.free();
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().clear();
            builder.environment().putAll(environment);
            builder.environment().put("PORT", Integer.toString(port));
            builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(Ports.free()));
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new Executable(process, URI.create("http://127.0.0.1:" + port), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Settings as arguments. */
    public static String[] properties(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(setting -> "-D" + setting.getKey() + "=" + setting.getValue())
                .toArray(String[]::new);
    }

    /** Returns when it takes connections. From then on, until it is closed, it is what RestAssured asks. */
    public Executable listening() {
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("it ended with " + process.exitValue() + ": " + lines());
            }
            try (Socket socket = new Socket(address.getHost(), address.getPort())) {
                return socket.isConnected();
            } catch (ConnectException e) {
                return false;
            }
        });
        RestAssured.baseURI = address.toString();
        RestAssured.port = address.getPort();
        return this;
    }

    /** Sends this over and over, many at a time, until the process has ended; returns its exit code. */
    public int flood(HttpRequest request) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                Stream.generate(() -> client.sendAsync(request, BodyHandlers.discarding()))
                        .limit(20)
                        .toList()
                        .forEach(answer -> answer.exceptionally(lost -> null).join());
                return !process.isAlive();
            });
        }
        return process.exitValue();
    }

    /** Its output so far. */
    public List<String> lines() {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        RestAssured.reset();
        kill();
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    private static Optional<String> executableIn(Path target) {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith("-runner"))
                    .map(file -> file.toAbsolutePath().toString())
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
