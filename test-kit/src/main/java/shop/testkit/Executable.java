package shop.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The executable of the module under test as a process of a test's own, with nothing in its environment but what the test
 * says: for what a whole process does that a {@code @QuarkusIntegrationTest} can't ask for.
 *
 * @param log what it has written, to either stream
 */
public record Executable(Process process, URI address, Path log) implements AutoCloseable {
    public static Executable start(Map<String, String> environment, String... arguments) {
        try {
            Path log = Files.createTempFile(Path.of("target"), "executable", ".log");
            int port = Ports.free();
            ProcessBuilder builder =
                    new ProcessBuilder(Stream.concat(Stream.of(file().toString()), Stream.of(arguments))
                            .toList());
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

    /** Returns when it takes connections. */
    public Executable listening() {
        await().until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("it ended with " + process.exitValue() + ": " + lines());
            }
            try (Socket socket = new Socket(address.getHost(), address.getPort())) {
                return socket.isConnected();
            } catch (ConnectException e) {
                return false;
            }
        });
        return this;
    }

    /** What it has written so far. */
    public List<String> lines() {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static Path file() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.toString().endsWith("-runner"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no executable in target: build it with -Dnative"))
                    .toAbsolutePath();
        }
    }
}
