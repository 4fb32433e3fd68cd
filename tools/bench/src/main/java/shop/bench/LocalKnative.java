/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** local-knative, with manifests and state in directories of its own. */
final class LocalKnative implements AutoCloseable {
    /** As ./run starts it: with the first compiler only, which makes the start cheaper and all that follows dearer. */
    static final List<String> FIRST_COMPILER = List.of("-XX:TieredStopAtLevel=1");

    static final List<String> BOTH_COMPILERS = List.of();

    private static final Pattern READY = Pattern.compile("^ready http://localhost:(\\d+)", Pattern.MULTILINE);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path log = Files.createTempFile("bench", ".log");
    private final Path data = Files.createTempDirectory("bench");
    private final Process process;
    private final int port;

    LocalKnative(Path manifests, String... options) throws IOException {
        this(FIRST_COMPILER, manifests, options);
    }

    LocalKnative(List<String> compilers, Path manifests, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(compilers);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                Path.of(System.getProperty("shop.root"), "tools/local-knative/target/local-knative.jar")
                        .toString(),
                "run",
                "-k=" + manifests,
                "--port=0",
                "--data=" + data));
        command.addAll(List.of(options));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        port = await(() -> READY.matcher(Files.readString(log))
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElse(0));
    }

    /** Of the front door. */
    int port() {
        return port;
    }

    /** The directory of all its state. */
    Path data() {
        return data;
    }

    /** Of the first process of the only service. */
    int portOfTheInstance() throws IOException {
        long pid = await(() -> Integer.parseInt(
                page().replaceFirst("(?s).*?\"pid\" : (\\d+|null).*", "$1").replace("null", "0")));
        try (Stream<String> variables = Stream.of(Files.readString(Path.of("/proc", Long.toString(pid), "environ"))
                .split("\0"))) {
            return variables
                    .filter(variable -> variable.startsWith("PORT="))
                    .mapToInt(variable -> Integer.parseInt(variable.substring(5)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Until the service has no process. */
    void awaitZero(String service) throws IOException {
        Pattern none = Pattern.compile("\"name\" : \"%s\",.*?\"pid\" : null".formatted(service), Pattern.DOTALL);
        Pattern next = Pattern.compile("\"name\" : \"%s\".*?\"pid\" : [^,]+".formatted(service), Pattern.DOTALL);
        await(() -> next.matcher(page())
                        .results()
                        .anyMatch(found -> none.matcher(found.group()).find())
                ? 1
                : 0);
    }

    /** How long the last start of a process took until it was ready, in milliseconds. */
    double lastStart() throws IOException {
        return Pattern.compile("ready after ([0-9.]+) s, process")
                        .matcher(Files.readString(log))
                        .results()
                        .mapToDouble(found -> Double.parseDouble(found.group(1)))
                        .reduce(0, (earlier, later) -> later)
                * 1e3;
    }

    private String page() throws IOException {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Condition {
        /** 0 for not yet. */
        int ask() throws IOException;
    }

    private int await(Condition condition) throws IOException {
        for (int i = 0; i < 1_200; i++) {
            if (!process.isAlive()) {
                throw new IOException("local-knative has ended:\n" + Files.readString(log));
            }
            int answer = condition.ask();
            if (answer != 0) {
                return answer;
            }
            LockSupport.parkNanos(100_000_000);
        }
        throw new IOException("waited in vain:\n" + Files.readString(log));
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
