package shop.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The resources of a kustomization that has {@code resources} and {@code configMapGenerator} only. */
record Manifests(List<JsonNode> resources) {
    static final Path ROOT = Path.of(System.getProperty("shop.root"));

    private static final ObjectMapper YAML = new YAMLMapper();

    static Manifests of(String kustomization) {
        return new Manifests(read(ROOT.resolve(kustomization)).toList());
    }

    Stream<JsonNode> ofKind(String kind) {
        return resources.stream()
                .filter(resource -> resource.get("kind").asText().equals(kind));
    }

    /** Every value of a field, wherever in a resource it stands. */
    Stream<JsonNode> valuesOf(String field) {
        return resources.stream().flatMap(resource -> resource.findValues(field).stream());
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
        ObjectNode configMap = YAML.createObjectNode().put("kind", "ConfigMap");
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

    private static Stream<JsonNode> documents(Path file) {
        try {
            return YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile()).readAll().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
