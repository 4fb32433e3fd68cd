/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The resources of a kustomization, of whose parts those are read that local-knative reads. */
record Manifests(List<JsonNode> resources) {
    static final Path ROOT = Path.of(System.getProperty("shop.root"));

    private static final ObjectMapper YAML = new YAMLMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final Map<String, Manifests> RENDERED = new ConcurrentHashMap<>();

    static Manifests of(String kustomization) {
        return new Manifests(read(ROOT.resolve(kustomization)));
    }

    /** What {@code kubectl kustomize} makes of it; a test is skipped where there is no kubectl. */
    static Manifests rendered(String kustomization) {
        assumeTrue(Commands.find("kubectl").isPresent(), "no kubectl on the PATH that would render " + kustomization);
        return RENDERED.computeIfAbsent(kustomization, Manifests::render);
    }

    private static Manifests render(String kustomization) {
        try {
            Process kubectl = new ProcessBuilder("kubectl", "kustomize", kustomization)
                    .directory(ROOT.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            List<JsonNode> resources = YAML.readerFor(JsonNode.class)
                    .<JsonNode>readValues(kubectl.getInputStream())
                    .readAll();
            assertEquals(0, kubectl.onExit().join().exitValue(), "kubectl kustomize " + kustomization);
            return new Manifests(resources);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Stream<JsonNode> ofKind(String kind) {
        return resources.stream()
                .filter(resource -> resource.get("kind").asText().equals(kind));
    }

    /** Every value of a field, wherever in a resource it stands. */
    Stream<JsonNode> valuesOf(String field) {
        return resources.stream().flatMap(resource -> resource.findValues(field).stream());
    }

    Stream<JsonNode> knativeServices() {
        return ofKind("Service")
                .filter(service -> service.get("apiVersion").asText().startsWith("serving.knative.dev/"));
    }

    /** Of everything that runs pods: its {@code spec.template}. */
    Stream<Pod> pods() {
        return resources.stream()
                .filter(resource ->
                        resource.at("/spec/template/spec/containers").isArray())
                .map(resource -> new Pod(resource, resource.at("/spec/template")));
    }

    /** The pods of Knative Services, but of the stand-in. */
    Stream<Pod> ownServices() {
        return pods().filter(pod -> pod.owner().get("kind").asText().equals("Service")
                && !name(pod.owner()).equals("payment-sandbox"));
    }

    record Pod(JsonNode owner, JsonNode template) {
        String name() {
            return owner.get("kind").asText() + " " + Manifests.name(owner);
        }

        Stream<JsonNode> containers() {
            return Stream.of("containers", "initContainers")
                    .flatMap(kind -> elements(template.path("spec").path(kind)));
        }

        /** Knative gives a Service's pods its name. */
        Map<String, String> labels() {
            Map<String, String> labels = new HashMap<>();
            template.path("metadata")
                    .path("labels")
                    .properties()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText()));
            if (owner.get("kind").asText().equals("Service")) {
                labels.put("serving.knative.dev/service", Manifests.name(owner));
            }
            return labels;
        }

        /** The value of a variable; null where it has none. */
        String variable(String name) {
            return containers()
                    .flatMap(container -> elements(container.path("env")))
                    .filter(variable -> variable.get("name").asText().equals(name))
                    .map(variable -> variable.path("value").asText(null))
                    .findFirst()
                    .orElse(null);
        }
    }

    boolean has(String kind, String name) {
        return ofKind(kind).anyMatch(resource -> name(resource).equals(name));
    }

    static String name(JsonNode resource) {
        return resource.at("/metadata/name").asText();
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static List<JsonNode> read(Path path) {
        return Files.isDirectory(path) ? read(path, List.of()) : documents(path).toList();
    }

    /** @param before what a Component finds, and may change */
    private static List<JsonNode> read(Path directory, List<JsonNode> before) {
        JsonNode kustomization =
                documents(directory.resolve("kustomization.yaml")).findFirst().orElseThrow();
        List<JsonNode> resources = new ArrayList<>(before);
        elements(kustomization.path("resources"))
                .forEach(resource -> resources.addAll(read(directory.resolve(resource.asText()))));
        elements(kustomization.path("configMapGenerator"))
                .forEach(generator -> resources.add(configMap(generator, kustomization.path("namespace"))));
        List<JsonNode> all = elements(kustomization.path("components"))
                .reduce(
                        List.copyOf(resources),
                        (found, component) -> read(directory.resolve(component.asText()), found),
                        (one, another) -> another);
        return all.stream()
                .map(resource -> patched(resource, kustomization.path("patches")))
                .toList();
    }

    private static JsonNode patched(JsonNode resource, JsonNode patches) {
        return elements(patches)
                .filter(patch -> selects(patch.get("target"), resource))
                .reduce(
                        resource,
                        (found, patch) ->
                                JsonPatch.apply(yaml(patch.get("patch").asText()), found),
                        (one, another) -> another);
    }

    /** Whether a patch for this {@code target} is one for this resource. */
    static boolean selects(JsonNode target, JsonNode resource) {
        Map<String, String> fields = Map.of(
                "group", resource.get("apiVersion").asText().replaceFirst("/?[^/]*$", ""),
                "kind", resource.get("kind").asText(),
                "name", name(resource));
        return target.properties().stream()
                .filter(field -> fields.containsKey(field.getKey()))
                .allMatch(field ->
                        fields.get(field.getKey()).matches(field.getValue().asText()));
    }

    private static JsonNode configMap(JsonNode generator, JsonNode namespace) {
        ObjectNode configMap = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        configMap
                .putObject("metadata")
                .put("name", generator.get("name").asText())
                .put("namespace", generator.path("namespace").asText(namespace.asText()));
        ObjectNode data = configMap.putObject("data");
        elements(generator.path("literals"))
                .map(literal -> literal.asText().split("=", 2))
                .forEach(entry -> data.put(entry[0], entry[1]));
        elements(generator.path("files")).forEach(file -> data.put(file.asText(), ""));
        return configMap;
    }

    static JsonNode yaml(String text) {
        try {
            return YAML.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> documents(Path file) {
        try {
            return YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile()).readAll().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
