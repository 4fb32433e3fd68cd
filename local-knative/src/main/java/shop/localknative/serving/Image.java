package shop.localknative.serving;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import shop.localknative.workload.Workload;

/** Stands for a container image: the build output of the module that has the image's name. */
public record Image(List<String> command) {
    /** The default of native-image, MaximumHeapSizePercent. */
    private static final int EXECUTABLES_HEAP_PERCENT = 80;

    /**
     * @param root the directory of the modules
     * @throws shop.localknative.StartException when nothing was built there
     */
    public static Image of(Workload workload, Path root) {
        var container = workload.container();
        var module = container
                .getImage()
                .replaceFirst("@.*", "")
                .replaceFirst(":[^/]*$", "")
                .replaceFirst(".*/", "");
        var target = root.toAbsolutePath().resolve(module).resolve("target");
        var jar = target.resolve("quarkus-app/quarkus-run.jar");
        var command = new ArrayList<String>();
        var executable = executable(target);
        if (executable.isPresent()) {
            command.add(executable.get().toString());
            command.addAll(heapLimit(container));
        } else if (Files.exists(jar)) {
            command.addAll(java(container));
            command.addAll(List.of("-jar", jar.toString()));
        } else {
            throw workload.manifest()
                    .problem(
                            "nothing is built for %s: expected an executable %s/*-runner or %s"
                                    .formatted(container.getImage(), target, jar),
                            Workload.field("image"));
        }
        command.addAll(container.getArgs());
        return new Image(List.copyOf(command));
    }

    private static Optional<Path> executable(Path target) {
        if (!Files.isDirectory(target)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(f -> f.toString().endsWith("-runner") && Files.isExecutable(f))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The memory limit is what the JVM takes for the machine's memory, as in a container. Many small JVMs share this
     * machine and most of them serve a few requests: the serial collector and the first compiler start fastest and take
     * the least.
     */
    private static List<String> java(Container container) {
        var options = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError"));
        memoryLimit(container).ifPresent(bytes -> options.add("-XX:MaxRAM=" + bytes));
        return options;
    }

    /** In a container an executable takes the same share of the memory limit for its heap by itself. */
    private static List<String> heapLimit(Container container) {
        return memoryLimit(container).stream()
                .map(bytes -> "-Xmx" + bytes / 100 * EXECUTABLES_HEAP_PERCENT)
                .toList();
    }

    private static Optional<Long> memoryLimit(Container container) {
        return Optional.ofNullable(container.getResources())
                .map(resources -> resources.getLimits().get("memory"))
                .map(Quantity::getNumericalAmount)
                .map(BigDecimal::longValue);
    }
}
