package shop.localknative.manifests;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
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
import java.util.stream.Stream;
import shop.localknative.StartException;
import shop.localknative.manifests.Kustomization.Generator;
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
        reader.readAny(path.normalize(), Optional.empty());
        var manifests = new Manifests(List.copyOf(reader.manifests.values()), reader.skipped, files);
        References.check(manifests);
        return manifests;
    }

    private void readAny(Path path, Optional<String> namespace) {
        files.add(path);
        if (!Files.isDirectory(path)) {
            StrictYaml.read(path).forEach(document -> readResource(document, namespace));
            return;
        }
        var kustomization = path.resolve("kustomization.yaml");
        if (Files.exists(kustomization)) {
            files.add(kustomization);
            readKustomization(kustomization, namespace);
        } else {
            yamlFiles(path).forEach(file -> readAny(file, namespace));
        }
    }

    private void readKustomization(Path file, Optional<String> outer) {
        for (var document : StrictYaml.read(file)) {
            var kustomization = document.as(Kustomization.class);
            // As in kustomize, the outermost namespace wins.
            var namespace = outer.or(() -> Optional.ofNullable(kustomization.namespace()));
            for (int i = 0; i < kustomization.resources().size(); i++) {
                var resource =
                        file.resolveSibling(kustomization.resources().get(i)).normalize();
                files.add(resource);
                if (!Files.exists(resource)) {
                    throw document.problem("no such file or directory: " + resource, "resources", i);
                }
                readAny(resource, namespace);
            }
            for (int i = 0; i < kustomization.configMapGenerator().size(); i++) {
                generate(document, i, kustomization.configMapGenerator().get(i), namespace);
            }
        }
    }

    private void generate(Document document, int index, Generator generator, Optional<String> outer) {
        if (generator.name() == null) {
            throw document.problem("a ConfigMap needs a name", "configMapGenerator", index);
        }
        var namespace = outer.orElse(generator.namespace() == null ? "default" : generator.namespace());
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

    private void readResource(Document document, Optional<String> namespace) {
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
        var type = Kinds.RUN.get(kind);
        if (type == null) {
            var instead = Kinds.INSTEAD.getOrDefault(
                    kind, "it knows " + Kinds.RUN.keySet().stream().sorted().toList());
            throw document.problem(kind.strip() + " is not a kind that local-knative runs; " + instead, "kind");
        }
        var resource = document.as(type);
        var metadata = resource.getMetadata();
        namespace.ifPresent(metadata::setNamespace);
        if (metadata.getNamespace() == null) {
            metadata.setNamespace("default");
        }
        Defaults.apply(resource);
        var manifest = new Manifest(document.file(), document.yaml(), resource);
        SupportedFields.check(manifest, document.tree());
        var earlier = manifests.putIfAbsent(id(kind, metadata.getNamespace(), name), manifest);
        if (earlier != null) {
            throw document.problem(
                    "%s %s was defined before, in %s".formatted(manifest.kind(), name, earlier.file()),
                    "metadata",
                    "name");
        }
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
