/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The subject of a measurement.
 *
 * @param module the folder that it was built in
 * @param builds of which there are
 * @param configuration by property names, for all builds alike
 * @param portProperty says where to listen
 * @param question the HTTP request that it is asked, once to begin with and then again and again
 * @param answer how the right answer begins
 */
record Subject(
        String module,
        List<Build> builds,
        Map<String, String> configuration,
        String portProperty,
        Question question,
        String answer) {
    /** As the manifests say. */
    private static final long MEMORY_LIMIT = 256L << 20;

    enum Build {
        EXECUTABLE,
        JVM
    }

    /** As local-knative starts it. */
    List<String> command(Build build, int port) throws IOException {
        List<String> command = new ArrayList<>();
        switch (build) {
            case EXECUTABLE -> command.addAll(List.of(executable().toString(), "-Xmx" + MEMORY_LIMIT / 100 * 80));
            case JVM ->
                command.addAll(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:MaxRAM=" + MEMORY_LIMIT));
        }
        configuration.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-D" + portProperty + "=" + port);
        if (build == Build.JVM) {
            command.addAll(List.of("-jar", jvmBuild().resolve("quarkus-run.jar").toString()));
        }
        return command;
    }

    long bytesOnDisk(Build build) throws IOException {
        if (build == Build.EXECUTABLE) {
            return Files.size(executable());
        }
        try (Stream<Path> files = Files.walk(jvmBuild())) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /** The report of native-image about its run. */
    String builderStatistics() throws IOException {
        try (Stream<Path> files = Files.list(target())) {
            Path statistics = files.filter(file -> file.toString().endsWith("-build-output-stats.json"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("native-image left no statistics in " + target()));
            return Files.readString(statistics);
        }
    }

    private Path executable() throws IOException {
        try (Stream<Path> files = Files.list(target())) {
            return files.filter(file -> file.toString().endsWith("-runner"))
                    .findFirst()
                    .orElseThrow(() ->
                            new IOException("no executable in " + target() + "; start this with tools/bench/native"));
        }
    }

    private Path jvmBuild() {
        return target().resolve("quarkus-app");
    }

    private Path target() {
        return Path.of(System.getProperty("shop.root"), module, "target");
    }
}
