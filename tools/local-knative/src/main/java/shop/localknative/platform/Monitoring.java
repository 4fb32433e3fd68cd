/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;

/**
 * The Prometheus and the Alertmanager of this machine, with the files of a directory: {@code prometheus.yml}, {@code
 * alertmanager.yml} and those beside them. In these two, {@code localhost:8080} stands for the front door and {@code
 * localhost:9093} for Alertmanager; the file {@code alerts-token} has the token of the generated Secret {@code alerts}.
 */
public final class Monitoring implements AutoCloseable {
    private static final String PROMETHEUS = "prometheus";
    private static final String ALERTMANAGER = "alertmanager";

    /** The files, by the program that reads each. */
    private static final Map<String, String> FILES =
            new TreeMap<>(Map.of(PROMETHEUS, "prometheus.yml", ALERTMANAGER, "alertmanager.yml"));

    /** Debian calls all that is Prometheus' so. */
    private static final String DEBIAN = "prometheus-";

    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Map<String, URI> addresses = new TreeMap<>();
    private final List<Process> processes = new ArrayList<>();

    private Monitoring() {}

    /** @throws StartException when the directory is another one, or this machine has not both programs */
    public static void require(Path configuration) {
        FILES.forEach((name, file) -> {
            if (!Files.isRegularFile(configuration.resolve(file))) {
                throw new StartException("--monitoring %s: expected a directory with %s."
                        .formatted(configuration, String.join(" and ", FILES.values())));
            }
            if (program(name).isEmpty()) {
                throw new StartException(
                        "--monitoring: there is no %s on the PATH. Debian has it: apt install prometheus prometheus-alertmanager"
                                .formatted(name));
            }
        });
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(directory -> Stream.of(Path.of(directory, name), Path.of(directory, DEBIAN + name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Returns while both are still starting. */
    public static Monitoring start(
            Path configuration, int frontDoor, DataDirectory data, Processes processes, Credentials credentials) {
        int alertmanager = Ports.free();
        var monitoring = new Monitoring();
        try {
            data.delete("monitoring/files"); // those that are not in the directory any more
            var files = data.directory("monitoring", "files");
            for (var file : DataDirectory.list(configuration)) {
                if (Files.isRegularFile(file)) {
                    Files.copy(file, files.resolve(file.getFileName()));
                }
            }
            for (var file : FILES.values()) {
                var text = Files.readString(files.resolve(file))
                        .replace("localhost:9093", "localhost:" + alertmanager)
                        .replace("localhost:8080", "localhost:" + frontDoor);
                PrivateFile.write(files.resolve(file), text.getBytes());
            }
            PrivateFile.write(
                    files.resolve("alerts-token"),
                    credentials.password("alerts").getBytes());
            monitoring.start(PROMETHEUS, Ports.free(), data, processes, "--storage.tsdb.path=");
            monitoring.start(
                    ALERTMANAGER, alertmanager, data, processes, "--cluster.listen-address=", "--storage.path=");
            return monitoring;
        } catch (IOException e) {
            monitoring.close();
            throw new UncheckedIOException(e);
        }
    }

    /** @param options to the last of which the directory of its data is added */
    private void start(String name, int port, DataDirectory data, Processes processes, String... options)
            throws IOException {
        var log = data.directory("logs").resolve(name + ".log");
        var address = URI.create("http://127.0.0.1:" + port);
        var command = new ArrayList<>(List.of(
                program(name).orElseThrow().toString(),
                "--config.file=" + data.directory("monitoring", "files").resolve(FILES.get(name)),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.external-url=" + address));
        command.addAll(List.of(options));
        command.add(command.removeLast() + data.directory("monitoring", name));
        var process = processes.start(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())));
        this.processes.add(process);
        addresses.put(name, address);
        Console.say(name, address.toString());
        process.onExit().thenAccept(ended -> {
            if (ended.exitValue() != 0) { // SIGTERM and Ctrl-C are no failure
                Console.say(name, "ended with exit code %d; %s may say why".formatted(ended.exitValue(), log));
            }
        });
    }

    /** Where people and programs reach each. */
    public Map<String, URI> addresses() {
        return addresses;
    }

    @Override
    public void close() {
        processes.forEach(process -> Processes.stop(process.toHandle(), GRACE));
    }
}
