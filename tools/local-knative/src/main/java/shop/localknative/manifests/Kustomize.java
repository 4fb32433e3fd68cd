/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import shop.localknative.console.StartException;
import shop.localknative.manifests.StrictYaml.Document;

/** {@code kubectl kustomize} or {@code kustomize build}, which renders a kustomization as a cluster gets it. */
record Kustomize(List<String> command) {
    private static final String ORIGIN = "config.kubernetes.io/origin";

    /** The first of both that is on the PATH. */
    static Optional<Kustomize> installed() {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("").split(":");
        return Stream.of(List.of("kubectl", "kustomize"), List.of("kustomize", "build"))
                .filter(command ->
                        Arrays.stream(path).anyMatch(d -> Files.isExecutable(Path.of(d, command.getFirst()))))
                .map(Kustomize::new)
                .findFirst();
    }

    /** The kustomization of a directory; empty for a folder of plain files. */
    static Optional<Path> fileOf(Path directory) {
        return Stream.of("kustomization.yaml", "kustomization.yml", "Kustomization")
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /**
     * The resources, each with the file and the text that it comes from: what is wrong with it is to be mended there.
     *
     * @throws StartException for what the command does not understand
     */
    List<Document> render(Path directory) {
        try {
            var outer = Files.createTempDirectory("local-knative").toRealPath();
            var file = outer.resolve("kustomization.yaml");
            try {
                Files.writeString(
                        file,
                        "buildMetadata: [originAnnotations]\nresources: ['%s']\n"
                                .formatted(outer.relativize(directory.toRealPath())));
                var sources = new HashMap<Path, List<Document>>();
                return StrictYaml.read(directory, run(outer)).stream()
                        .map(rendered -> located(rendered, outer, directory, sources))
                        .toList();
            } catch (StartException e) {
                run(directory); // which fails without a word of the outer one
                throw e;
            } finally {
                Files.delete(file);
                Files.delete(outer);
            }
        } catch (IOException e) {
            throw new StartException("%s: %s: %s".formatted(directory, String.join(" ", command), e.getMessage()), e);
        }
    }

    private String run(Path directory) throws IOException {
        var words =
                Stream.concat(command.stream(), Stream.of(directory.toString())).toList();
        var errors = Files.createTempFile("local-knative", null);
        try {
            var process =
                    new ProcessBuilder(words).redirectError(errors.toFile()).start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.onExit().join().exitValue() != 0) {
                throw new StartException(String.join(" ", words) + ": "
                        + Files.readString(errors).strip());
            }
            return text;
        } finally {
            Files.delete(errors);
        }
    }

    private static Document located(Document rendered, Path outer, Path directory, Map<Path, List<Document>> sources) {
        try {
            var metadata = (ObjectNode) rendered.tree().path("metadata");
            var annotations = (ObjectNode) metadata.path("annotations");
            var origin = StrictYaml.tree(annotations.remove(ORIGIN).asText());
            if (annotations.isEmpty()) {
                metadata.remove("annotations");
            }
            var root = directory.toRealPath();
            var path = outer.resolve(
                    origin.path("path").asText(origin.path("configuredIn").asText()));
            var file =
                    Files.isRegularFile(path) ? path.normalize() : fileOf(root).orElseThrow();
            var candidates = sources.computeIfAbsent(file, StrictYaml::read);
            var source = candidates.stream()
                    .filter(c ->
                            c.kind().equals(rendered.kind()) && rendered.name().contains(c.name()))
                    .findFirst()
                    .orElse(candidates.getFirst());
            return new Document(directory.resolve(root.relativize(file)).normalize(), source.yaml(), rendered.tree());
        } catch (IOException e) {
            throw new StartException(directory + ": " + e.getMessage(), e);
        }
    }

    /** Adds all that a kustomization names and that is there, to be looked at for changes. */
    static void addFiles(Path directory, Set<Path> files) {
        fileOf(directory).filter(files::add).ifPresent(file -> {
            files.add(directory);
            StrictYaml.read(file).forEach(document -> addFiles(directory, document.tree(), files));
        });
    }

    private static void addFiles(Path directory, JsonNode node, Set<Path> files) {
        if (node.isTextual() && !node.asText().contains("\n")) {
            try {
                var file = directory
                        .resolve(node.asText().replaceFirst("^[^=]*=", ""))
                        .normalize();
                if (Files.isDirectory(file)) {
                    addFiles(file, files);
                } else if (Files.exists(file)) {
                    files.add(file);
                }
            } catch (InvalidPathException noFile) {
                // but some other text
            }
        }
        node.forEach(child -> addFiles(directory, child, files));
    }
}
