/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import shop.localknative.console.StartException;
import shop.localknative.manifests.StrictYaml.Document;

/** {@code kubectl kustomize} or {@code kustomize build}, which renders a kustomization as a cluster gets it. */
record Kustomize(List<String> command) {
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
        var rendered = StrictYaml.read(directory, run(directory));
        var sources = new ArrayList<Document>();
        addSources(directory, sources);
        return rendered.stream().map(document -> located(document, sources)).toList();
    }

    private String run(Path directory) {
        var words =
                Stream.concat(command.stream(), Stream.of(directory.toString())).toList();
        try {
            var errors = Files.createTempFile("local-knative", null);
            var process =
                    new ProcessBuilder(words).redirectError(errors.toFile()).start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            var problem = Files.readString(errors).strip();
            Files.delete(errors);
            if (process.onExit().join().exitValue() != 0) {
                throw new StartException(String.join(" ", words) + ": " + problem);
            }
            return text;
        } catch (IOException e) {
            throw new StartException("%s: %s".formatted(String.join(" ", words), e.getMessage()), e);
        }
    }

    /** Adds the kustomization itself, and the resources that it names. */
    private static void addSources(Path directory, List<Document> sources) {
        var file = fileOf(directory).orElseThrow();
        for (Document kustomization : StrictYaml.read(file)) {
            sources.add(kustomization);
            FieldPattern.each("resources[] components[]", kustomization.tree(), (name, at) -> {
                var source = directory.resolve(name.asText()).normalize();
                if (Files.isDirectory(source)) {
                    addSources(source, sources);
                } else if (Files.exists(source)) {
                    sources.addAll(StrictYaml.read(source));
                }
            });
        }
    }

    /** Its name may have a prefix and a suffix by now; what comes from no resource, the kustomization has generated. */
    private static Document located(Document rendered, List<Document> sources) {
        return sources.stream()
                .filter(s -> s.kind().equals(rendered.kind()) && rendered.name().contains(s.name()))
                .max(Comparator.comparing((Document s) -> s.name().length())
                        .thenComparing(s -> s.namespace().equals(rendered.namespace())))
                .orElse(sources.getFirst())
                .with(rendered.tree());
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
