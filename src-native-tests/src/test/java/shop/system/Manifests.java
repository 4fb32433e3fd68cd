package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The resources of a kustomization that has {@code resources} and {@code configMapGenerator} only. */
record Manifests(List<JsonNode> resources) {
    static final Path ROOT = Path.of(System.getProperty("shop.root"));

    private static final ObjectMapper YAML = new YAMLMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final Map<String, Manifests> RENDERED = new ConcurrentHashMap<>();

    static Manifests of(String kustomization) {
        return new Manifests(read(ROOT.resolve(kustomization)).toList());
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

    private static Stream<JsonNode> read(Path path) {
        if (!Files.isDirectory(path)) {
            return documents(path);
        }
        JsonNode kustomization =
                documents(path.resolve("kustomization.yaml")).findFirst().orElseThrow();
        return Stream.concat(
                elements(kustomization.path("resources")).flatMap(resource -> read(path.resolve(resource.asText()))),
                elements(kustomization.path("configMapGenerator"))
                        .map(generator -> configMap(generator, kustomization.path("namespace"))));
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
