/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
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
    private final Map<String, Manifest> manifests = new LinkedHashMap<>();
    private final Map<String, List<String>> skipped = new TreeMap<>();

    private final Set<Path> files;

    private ManifestReader(Set<Path> files) {
        this.files = files;
    }

    /** @throws StartException for whatever is not understood, with file, line and field */
    public static Manifests read(Path path) {
        return read(path, new HashSet<>());
    }

    /** @param files is added to, also when this fails: the files and directories that a change can be expected in */
    public static Manifests read(Path path, Set<Path> files) {
        if (!Files.exists(path)) {
            throw new StartException("No manifests at " + path + ": expected a directory with a kustomization.yaml.");
        }
        var reader = new ManifestReader(files);
        reader.readAny(path.normalize(), null);
        var manifests = new Manifests(List.copyOf(reader.manifests.values()), reader.skipped, files);
        References.check(manifests);
        return manifests;
    }

    /** @param namespace of all that is read; null for the one that each resource names */
    private void readAny(Path path, String namespace) {
        files.add(path);
        if (!Files.isDirectory(path)) {
            StrictYaml.read(path).forEach(document -> readResource(document, namespace));
            return;
        }
        var kustomization = path.resolve("kustomization.yaml");
        if (Files.exists(kustomization)) {
            readKustomization(kustomization, "Kustomization", namespace, manifests.size());
        } else {
            yamlFiles(path).forEach(file -> readAny(file, namespace));
        }
    }

    /**
     * In the order of kustomize.
     *
     * @param first of the manifests that it may change: a Component changes what was read before it, too
     */
    private void readKustomization(Path file, String kind, String outer, int first) {
        files.add(file);
        for (var document : StrictYaml.read(file)) {
            var kustomization = document.as(Kustomization.class);
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
                readKustomization(component.resolve("kustomization.yaml"), "Component", namespace, first);
            }
            for (int i = 0; i < kustomization.patches().size(); i++) {
                patch(document, i, kustomization.patches().get(i), first);
            }
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
            var selected = manifests.entrySet().stream()
                    .skip(first)
                    .filter(entry -> patch.target().selects(entry.getValue()))
                    .toList();
            var operations = StrictYaml.tree(patch.patch());
            for (var entry : selected) {
                var manifest = entry.getValue();
                var tree = JsonPatch.apply(operations, StrictYaml.tree(manifest.resource()));
                var document = new Document(manifest.file(), manifest.yaml(), tree);
                entry.setValue(manifest(document, manifest.resource().getClass(), null));
            }
        } catch (JsonProcessingException | JsonPatchException e) {
            throw kustomization.problem("not a JSON patch of this: " + e.getMessage(), "patches", index, "patch");
        } catch (PatternSyntaxException e) {
            throw kustomization.problem(e.getMessage(), "patches", index, "target");
        }
    }

    private void generate(Document document, int index, Generator generator, String outer) {
        if (generator.name() == null) {
            throw document.problem("a ConfigMap needs a name", "configMapGenerator", index);
        }
        var namespace = Optional.ofNullable(outer)
                .or(() -> Optional.ofNullable(generator.namespace()))
                .orElse("default");
        var id = id("v1 ConfigMap", namespace, generator.name());
        var existing = Optional.ofNullable(manifests.get(id)).map(m -> (ConfigMap) m.resource());
        if (existing.isPresent() == (generator.behavior() == Kustomization.Behavior.create)) {
            throw document.problem(
                    existing.isPresent()
                            ? "there is a ConfigMap %s already; say behavior: merge or replace"
                                    .formatted(generator.name())
                            : "there is no ConfigMap %s to %s".formatted(generator.name(), generator.behavior()),
                    "configMapGenerator",
                    index,
                    "behavior");
        }
        var data = new LinkedHashMap<String, String>();
        if (generator.behavior() == Kustomization.Behavior.merge) {
            existing.ifPresent(configMap -> data.putAll(configMap.getData()));
        }
        readFiles(document, index, generator, data);
        readLiterals(document, index, generator, data);
        var configMap = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(generator.name())
                .withNamespace(namespace)
                .endMetadata()
                .withData(data)
                .build();
        manifests.put(id, new Manifest(document.file(), document.yaml(), configMap));
    }

    private void readFiles(Document document, int index, Generator generator, Map<String, String> data) {
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

    private static void readLiterals(Document document, int index, Generator generator, Map<String, String> data) {
        for (int i = 0; i < generator.literals().size(); i++) {
            var entry = generator.literals().get(i).split("=", 2);
            if (entry.length < 2) {
                throw document.problem("expected name=value", "configMapGenerator", index, "literals", i);
            }
            data.put(entry[0], entry[1].replaceFirst("^(['\"])(.*)\\1$", "$2"));
        }
    }

    private void readResource(Document document, String namespace) {
        var kind = document.tree().path("apiVersion").asText() + " "
                + document.tree().path("kind").asText();
        var name = document.tree().path("metadata").path("name").asText();
        if (name.isEmpty()) {
            throw document.problem("a resource needs apiVersion, kind and metadata.name");
        }
        if (Kinds.CLUSTER_ONLY.contains(kind)) {
            skipped.computeIfAbsent(document.tree().path("kind").asText(), k -> new ArrayList<>())
                    .add(name);
            return;
        }
        var type = Kinds.SUPPORTED.get(kind);
        if (type == null) {
            var instead = Kinds.ALTERNATIVES.getOrDefault(
                    kind,
                    "it knows " + Kinds.SUPPORTED.keySet().stream().sorted().toList());
            throw document.problem(kind.strip() + " is not a kind that local-knative runs; " + instead, "kind");
        }
        var manifest = manifest(document, type, namespace);
        var earlier = manifests.putIfAbsent(id(kind, manifest.namespace(), name), manifest);
        if (earlier != null) {
            throw document.problem(
                    "%s %s was defined before, in %s".formatted(manifest.kind(), name, earlier.file()),
                    "metadata",
                    "name");
        }
    }

    private static Manifest manifest(Document document, Class<? extends HasMetadata> type, String namespace) {
        var resource = document.as(type);
        var metadata = resource.getMetadata();
        if (namespace != null) {
            metadata.setNamespace(namespace);
        }
        if (metadata.getNamespace() == null) {
            metadata.setNamespace("default");
        }
        Defaults.apply(resource);
        var manifest = new Manifest(document.file(), document.yaml(), resource);
        SupportedFields.check(manifest, document.tree());
        return manifest;
    }

    private static String id(String kind, String namespace, String name) {
        return kind + " " + namespace + "/" + name;
    }

    private static List<Path> yamlFiles(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().matches(".*\\.ya?ml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
