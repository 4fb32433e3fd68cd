/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Kustomization.Generator;
import shop.localknative.manifests.Kustomization.Patch;
import shop.localknative.manifests.StrictYaml.Document;

/** Reads a kustomization, a folder of YAML files or one YAML file, and everything that it refers to. */
public final class ManifestReader {
    private final Map<String, Document> resources = new LinkedHashMap<>();
    private final Map<String, List<String>> skipped = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<String> skip;
    private final Set<Path> files;
    private final Optional<Kustomize> kustomize;
    private boolean isKustomization;

    private ManifestReader(Set<String> skip, Set<Path> files, Optional<Kustomize> kustomize) {
        this.skip = skip;
        this.files = files;
        this.kustomize = kustomize;
    }

    /** @throws StartException for whatever is not understood, with file, line and field */
    public static Manifests read(Path path) {
        return read(path, Set.of(), new HashSet<>());
    }

    /**
     * @param skip kinds, or KIND/NAME, to be left out
     * @param files is added to, also when this fails: the files and directories that a change can be expected in
     */
    public static Manifests read(Path path, Set<String> skip, Set<Path> files) {
        return read(path, skip, files, Kustomize.installed());
    }

    /** @param kustomize renders kustomizations; without it, the part of them that is understood here */
    static Manifests read(Path path, Set<String> skip, Set<Path> files, Optional<Kustomize> kustomize) {
        if (!Files.exists(path)) {
            throw new StartException(
                    "No manifests at %s: expected a kustomization, a folder of YAML files or one of these."
                            .formatted(path));
        }
        var reader = new ManifestReader(skip, files, kustomize);
        reader.readAny(path.normalize(), null);
        return reader.checked();
    }

    /** Admitted as by Knative's webhooks, and with their defaults. */
    private Manifests checked() {
        var config = new KnativeConfig(resources.values());
        notes.addAll(config.notes());
        var manifests = new ArrayList<Manifest>();
        for (Document document : resources.values()) {
            var manifest = document.manifest();
            SupportedFields.check(manifest, config.features());
            new Admission(manifest, config).check();
            config.applyDefaults((ObjectNode) document.tree());
            manifests.add(document.manifest());
        }
        var all = new Manifests(List.copyOf(manifests), skipped, notes, files);
        References.check(all);
        return all;
    }

    /** @param namespace of all that is read; null for the one that each resource names */
    private void readAny(Path path, String namespace) {
        files.add(path);
        if (!Files.isDirectory(path)) {
            StrictYaml.read(path).forEach(document -> readResource(document, namespace));
        } else if (Kustomize.fileOf(path).isEmpty()) {
            yamlFiles(path).forEach(file -> readAny(file, namespace));
        } else if (kustomize.isPresent()) {
            Kustomize.addFiles(path, files);
            kustomize.get().render(path).forEach(document -> readResource(document, namespace));
        } else {
            readKustomization(path, "Kustomization", namespace, resources.size());
        }
    }

    /**
     * In the order of kustomize.
     *
     * @param first of the manifests that it may change: a Component changes what was read before it, too
     */
    private void readKustomization(Path directory, String kind, String outer, int first) {
        var file = Kustomize.fileOf(directory).orElse(directory.resolve("kustomization.yaml"));
        isKustomization = true;
        files.add(file);
        for (var document : StrictYaml.read(file)) {
            var kustomization = kustomization(document);
            if (!kustomization.kind().equals(kind)) {
                throw document.problem("a %s is expected here".formatted(kind), "kind");
            }
            // As in kustomize, the outermost namespace wins.
            var namespace = outer == null ? kustomization.namespace() : outer;
            for (int i = 0; i < kustomization.resources().size(); i++) {
                readAny(existing(document, kustomization.resources().get(i), "resources", i), namespace);
            }
            for (int i = 0; i < kustomization.configMapGenerator().size(); i++) {
                generate(document, i, kustomization.configMapGenerator().get(i), namespace);
            }
            for (int i = 0; i < kustomization.components().size(); i++) {
                var component = existing(document, kustomization.components().get(i), "components", i);
                readKustomization(component, "Component", namespace, first);
            }
            for (int i = 0; i < kustomization.patches().size(); i++) {
                patch(document, i, kustomization.patches().get(i), first);
            }
        }
    }

    private static Kustomization kustomization(Document document) {
        try {
            return document.as(Kustomization.class);
        } catch (StartException e) {
            throw new StartException(
                    e.getMessage() + "; with kubectl or kustomize on the PATH, all of kustomize is understood", e);
        }
    }

    private Path existing(Document kustomization, String name, String field, int index) {
        var path = kustomization.file().resolveSibling(name).normalize();
        files.add(path);
        if (!Files.exists(path)) {
            throw kustomization.problem("no such file or directory: " + path, field, index);
        }
        return path;
    }

    /** One that selects nothing changes nothing, as in kustomize: it may be meant for what only a cluster can use. */
    private void patch(Document kustomization, int index, Patch patch, int first) {
        if (patch.target() == null || patch.patch() == null) {
            throw kustomization.problem("expected a target, and a JSON patch for it", "patches", index);
        }
        try {
            var operations = StrictYaml.tree(patch.patch());
            for (var entry : List.copyOf(resources.entrySet()).subList(first, resources.size())) {
                if (patch.target().selects(entry.getValue())) {
                    var tree = JsonPatch.apply(operations, entry.getValue().tree());
                    resources.put(entry.getKey(), entry.getValue().with(tree));
                }
            }
        } catch (JsonProcessingException | JsonPatchException e) {
            throw kustomization.problem("not a JSON patch of this: " + e.getMessage(), "patches", index, "patch");
        } catch (PatternSyntaxException e) {
            throw kustomization.problem(e.getMessage(), "patches", index, "target");
        }
    }

    private void generate(Document document, int index, Generator generator, String outer) {
        var namespace = Optional.ofNullable(outer)
                .or(() -> Optional.ofNullable(generator.namespace()))
                .orElse("default");
        var id = id("v1 ConfigMap", namespace, generator.name());
        var existing = resources.get(id);
        if ((existing != null) == (generator.behavior() == Kustomization.Behavior.create)) {
            var message = existing == null
                    ? "there is no ConfigMap %s to %s".formatted(generator.name(), generator.behavior())
                    : "there is a ConfigMap %s already; say behavior: merge or replace".formatted(generator.name());
            throw document.problem(message, "configMapGenerator", index, "behavior");
        }
        var tree = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        tree.putObject("metadata").put("name", generator.name()).put("namespace", namespace);
        var data = tree.putObject("data");
        if (generator.behavior() == Kustomization.Behavior.merge
                && existing.tree().path("data") instanceof ObjectNode earlier) {
            data.setAll(earlier);
        }
        readFiles(document, index, generator, data);
        readLiterals(document, index, generator, data);
        resources.put(id, document.with(tree));
    }

    private void readFiles(Document document, int index, Generator generator, ObjectNode data) {
        for (int i = 0; i < generator.files().size(); i++) {
            var entry = generator.files().get(i).split("=", 2);
            var file = document.file().resolveSibling(entry[entry.length - 1]).normalize();
            files.add(file);
            try {
                data.put(entry.length == 2 ? entry[0] : file.getFileName().toString(), Files.readString(file));
            } catch (IOException e) {
                throw document.problem("can't be read as text: " + file, "configMapGenerator", index, "files", i);
            }
        }
    }

    private static void readLiterals(Document document, int index, Generator generator, ObjectNode data) {
        for (int i = 0; i < generator.literals().size(); i++) {
            var entry = generator.literals().get(i).split("=", 2);
            if (entry.length < 2) {
                throw document.problem("expected name=value", "configMapGenerator", index, "literals", i);
            }
            data.put(entry[0], entry[1].replaceFirst("^(['\"])(.*)\\1$", "$2"));
        }
    }

    private void readResource(Document document, String namespace) {
        var kind = document.kind();
        var name = document.name();
        if (name.isEmpty()) {
            throw document.problem("a resource needs apiVersion, kind and metadata.name");
        }
        if (isSkipped(document)) {
            skipped.computeIfAbsent(document.tree().path("kind").asText(), k -> new ArrayList<>())
                    .add(name);
            return;
        }
        if (!Kinds.SUPPORTED.containsKey(kind)) {
            var message = "%s is not a kind that local-knative runs; %s".formatted(kind.strip(), Kinds.wayOut(kind));
            throw document.problem(message, "kind");
        }
        var tree = (ObjectNode) document.tree();
        tree.remove("status"); // says what a cluster has made of it
        if (namespace != null || document.namespace().isEmpty()) {
            tree.withObject("/metadata").put("namespace", namespace == null ? "default" : namespace);
        }
        var earlier = resources.put(id(kind, document.namespace(), name), document);
        var title = tree.path("kind").asText() + " " + name;
        if (earlier != null && isKustomization) {
            var message = "%s was defined before, in %s".formatted(title, earlier.file());
            throw document.problem(message, "metadata", "name");
        } else if (earlier != null) {
            notes.add("%s is in %s and, later, in %s, which counts".formatted(title, earlier.file(), document.file()));
        }
    }

    /** What a controller of the cluster has made comes from another resource, which is here, too. */
    private boolean isSkipped(Document document) {
        var kind = document.tree().path("kind").asText();
        return Kinds.isClusterOnly(document.kind())
                || skip.contains(kind)
                || skip.contains(kind + "/" + document.name())
                || document.tree()
                        .at("/metadata/ownerReferences")
                        .findValuesAsText("controller")
                        .contains("true");
    }

    private static String id(String kind, String namespace, String name) {
        return kind + " " + namespace + "/" + name;
    }

    private static List<Path> yamlFiles(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().matches(".*\\.(ya?ml|json)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
