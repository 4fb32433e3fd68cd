/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.Fingerprint;
import shop.localknative.platform.PrivateFile;
import shop.localknative.workload.Workload;

/**
 * The sources of container images: commands that the person who started this has given, and the build output of modules.
 * The latter is copied, so that a revision goes on running while the next one is being built. For one thread at a time.
 *
 * @param modules the directories of modules: {@code shop/order-service} is the first {@code order-service} there
 * @param processes commands by image
 * @param copies a directory for these
 */
public record Images(List<Path> modules, Map<String, String> processes, Path copies) {
    /** The default of native-image, MaximumHeapSizePercent. */
    private static final int EXECUTABLES_HEAP_PERCENT = 80;

    private static final Path HERE = Path.of("").toAbsolutePath();

    public Images {
        modules = modules.stream().map(Path::toAbsolutePath).toList();
    }

    /** @throws StartException for a command whose image none of these has */
    public void requireAllNamed(List<Workload> workloads) {
        var named = workloads.stream().map(w -> w.container().getImage()).toList();
        for (String image : processes.keySet()) {
            if (named.stream().noneMatch(name -> isFor(image, name))) {
                throw new StartException(
                        "--process %s: no manifest names this image; these are named: %s".formatted(image, named));
            }
        }
    }

    /** @throws StartException when there is nothing to start */
    public Image of(Workload workload) {
        var container = workload.container();
        var process = process(container.getImage());
        if (process.isPresent()) {
            var script = process.get().contains("$@") ? process.get() : process.get() + " \"$@\"";
            return new Image(
                    List.of("/bin/sh", "-c", script, container.getImage()),
                    container.getArgs(),
                    HERE,
                    Fingerprint.of(filesOf(process.get())),
                    null);
        }
        if (!container.getCommand().isEmpty()) {
            return ofCommand(workload);
        }
        var built = built(workload);
        var version = Fingerprint.of(built.files());
        var copy = copy(built.root(), version, workload.manifest());
        var command = new ArrayList<String>();
        if (built.isExecutable()) {
            command.add(copy.resolve(built.root().getFileName()).toString());
            command.addAll(heapLimit(container));
        } else {
            command.addAll(java(container));
            command.addAll(
                    List.of("-jar", copy.resolve("quarkus-app/quarkus-run.jar").toString()));
        }
        return new Image(List.copyOf(command), container.getArgs(), null, version, copy);
    }

    /** The container's own command, which is not that of the image, when this machine has it, too. */
    private Image ofCommand(Workload workload) {
        var container = workload.container();
        var program = container.getCommand().getFirst();
        var directories = program.contains("/")
                ? Stream.of("")
                : Arrays.stream(System.getenv("PATH").split(":"));
        if (directories
                .map(directory -> HERE.resolve(directory).resolve(program))
                .noneMatch(Files::isExecutable)) {
            var message = "this machine has no %s; say --process %s=COMMAND"
                    .formatted(program, untagged(container.getImage()));
            throw workload.manifest().problem(message, Workload.field("command"));
        }
        var words = words(container);
        return new Image(List.of(), words, null, Fingerprint.of(filesOf(String.join(" ", words))), null);
    }

    private static List<String> words(Container container) {
        return Stream.concat(container.getCommand().stream(), container.getArgs().stream())
                .toList();
    }

    /** The files that change when there is something new to start. */
    public List<Path> files(Workload workload) {
        var container = workload.container();
        var command = process(container.getImage())
                .or(() -> container.getCommand().isEmpty()
                        ? Optional.empty()
                        : Optional.of(String.join(" ", words(container))));
        return command.map(Images::filesOf).orElseGet(() -> {
            try {
                return built(workload).files();
            } catch (StartException nothingThereYet) {
                return List.of();
            }
        });
    }

    /** Deletes the copies that belong to none of these. */
    public void deleteAllBut(Set<Image> used) {
        DataDirectory.list(copies).stream()
                .filter(copy -> used.stream().noneMatch(image -> copy.equals(image.copy())))
                .forEach(DataDirectory::delete);
    }

    private Optional<String> process(String image) {
        return processes.entrySet().stream()
                .filter(process -> isFor(process.getKey(), image))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Whether a command that was given for one image, with or without its tag, is for this one. */
    public static boolean isFor(String given, String image) {
        return given.equals(image) || given.equals(untagged(image));
    }

    private static String untagged(String image) {
        return image.replaceFirst("@.*", "").replaceFirst(":[^/]*$", "");
    }

    /** A script that the command names is as good as a build output, also below a directory that it names. */
    private static List<Path> filesOf(String command) {
        var words = List.of(command.split("[\\s'\"]+"));
        var directories = Stream.concat(
                        Stream.of(HERE), words.stream().map(HERE::resolve).filter(Files::isDirectory))
                .toList();
        return words.stream()
                .flatMap(word -> directories.stream().map(directory -> directory.resolve(word)))
                .filter(Files::isRegularFile)
                .distinct()
                .toList();
    }

    /**
     * @param root the executable, or the directory with all that the JVM needs
     * @param files of which at least one changes with each build
     */
    private record Built(Path root, boolean isExecutable, List<Path> files) {}

    private Built built(Workload workload) {
        var image = workload.container().getImage();
        var name = untagged(image).replaceFirst(".*/", "");
        var places = modules.stream().map(directory -> directory.resolve(name)).toList();
        if (places.isEmpty()) {
            var message = "nothing is known about %s; say --process %s=COMMAND".formatted(image, untagged(image));
            throw workload.manifest().problem(message, Workload.field("image"));
        }
        var module = places.stream().filter(Files::isDirectory).findFirst().orElse(places.getFirst());
        var target = module.resolve("target");
        var executable = DataDirectory.list(target).stream()
                .filter(f -> f.toString().endsWith("-runner") && Files.isExecutable(f))
                .findFirst();
        if (executable.isPresent()) {
            return new Built(executable.get(), true, List.of(executable.get()));
        }
        var app = target.resolve("quarkus-app");
        if (Files.exists(app.resolve("quarkus-run.jar"))) {
            var fixed = Stream.of(app, app.resolve("quarkus-run.jar"), app.resolve("lib/main"));
            return new Built(
                    app,
                    false,
                    Stream.concat(fixed, DataDirectory.list(app.resolve("app")).stream())
                            .toList());
        }
        var message =
                "nothing is built for %s: expected an executable %s/*-runner or %s/quarkus-run.jar, or --process %s=COMMAND, or --skip %s/%s"
                        .formatted(
                                image,
                                target,
                                app,
                                untagged(image),
                                workload.manifest().kind(),
                                workload.name());
        throw workload.manifest().problem(message, Workload.field("image"));
    }

    private Path copy(Path root, String version, Manifest manifest) {
        var copy = copies.resolve("%s-%s".formatted(root.getParent().getParent().getFileName(), version));
        if (Files.exists(copy)) {
            return copy;
        }
        var unfinished = copies.resolve(".unfinished");
        DataDirectory.delete(unfinished);
        try (Stream<Path> tree = Files.walk(root)) {
            PrivateFile.directory(unfinished);
            for (Path file : tree.toList()) {
                Files.copy(
                        file,
                        unfinished.resolve(root.getParent().relativize(file).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
            return Files.move(unfinished, copy);
        } catch (IOException | UncheckedIOException e) {
            throw manifest.problem(
                    "%s can't be copied, or is just being built: %s".formatted(root, e), Workload.field("image"));
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
