/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import shop.localknative.console.StartException;

/** YAML files read as the API server would: unknown fields, wrong types and keys given twice are errors. */
final class StrictYaml {
    private static final ObjectMapper MAPPER = mapper();
    private static final LoaderOptions OPTIONS = options();

    /** One document of a file. */
    record Document(Path file, Node yaml, JsonNode tree) {
        Document with(JsonNode other) {
            return new Document(file, yaml, other);
        }

        /** As {@link Kinds} names it: {@code apps/v1 Deployment}. */
        String kind() {
            return Kinds.of(tree);
        }

        String name() {
            return tree.at("/metadata/name").asText();
        }

        String namespace() {
            return tree.at("/metadata/namespace").asText();
        }

        /** The resource of a supported kind. */
        Manifest manifest() {
            return new Manifest(file, yaml, tree, as(Kinds.SUPPORTED.get(kind())));
        }

        <T> T as(Class<T> type) {
            try {
                return MAPPER.treeToValue(tree, type);
            } catch (JsonProcessingException e) {
                var path = e instanceof JsonMappingException at ? FieldPath.of(at) : FieldPath.of();
                throw problem(explain(e), path.steps().toArray());
            }
        }

        StartException problem(String message, Object... path) {
            var at = FieldPath.of(path);
            return StartException.at(file, at.lineIn(yaml), path.length == 0 ? message : at + ": " + message);
        }
    }

    private StrictYaml() {}

    static List<Document> read(Path file) {
        try {
            return read(file, Files.readString(file));
        } catch (IOException e) {
            throw new StartException("%s can't be read as text: %s".formatted(file, e), e);
        }
    }

    /** @param file that the text is said to be from */
    static List<Document> read(Path file, String text) {
        try {
            var documents = new ArrayList<Document>();
            for (Node node : new Yaml(OPTIONS).composeAll(new StringReader(text))) {
                if (node instanceof MappingNode) {
                    items(node).forEach(item -> documents.add(new Document(file, item, tree(item))));
                } else if (!(node instanceof ScalarNode nothing
                        && nothing.getTag().equals(Tag.NULL))) {
                    throw StartException.at(file, node.getStartMark().getLine() + 1, "expected fields, name: value");
                }
            }
            return documents;
        } catch (MarkedYAMLException e) {
            throw StartException.at(file, e.getProblemMark().getLine() + 1, "not YAML: " + e.getProblem());
        }
    }

    /** The items of a list, such as kubectl prints it; of anything else, itself. */
    private static List<Node> items(Node document) {
        boolean isList = FieldPath.child(document, "kind")
                .filter(field ->
                        field instanceof ScalarNode kind && kind.getValue().endsWith("List"))
                .isPresent();
        return isList && FieldPath.child(document, "items").orElse(document) instanceof SequenceNode items
                ? items.getValue()
                : List.of(document);
    }

    /** YAML within YAML. */
    static JsonNode tree(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    /** The content of a node. A field that is null is one that is not there, as for the API server. */
    private static JsonNode tree(Node node) {
        return MAPPER.valueToTree(new Content().of(node));
    }

    /** Anchors and merge keys resolved; a date is a text, as Kubernetes reads it. */
    private static final class Content extends SafeConstructor {
        Content() {
            super(OPTIONS);
            setAllowDuplicateKeys(false);
            yamlConstructors.put(Tag.TIMESTAMP, new ConstructYamlStr());
        }

        Object of(Node node) {
            return constructDocument(node);
        }
    }

    private static String explain(JsonProcessingException e) {
        return switch (e) {
            case UnrecognizedPropertyException unknown
            when unknown.getKnownPropertyIds() != null ->
                "unknown field; known here are " + new TreeSet<>(unknown.getKnownPropertyIds());
            case UnrecognizedPropertyException unknown -> "unknown field";
            case MismatchedInputException wrong
            when wrong.getTargetType() != null ->
                "expected a " + wrong.getTargetType().getSimpleName() + "; " + e.getOriginalMessage();
            default -> e.getOriginalMessage();
        };
    }

    private static LoaderOptions options() {
        var options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        return options;
    }

    private static ObjectMapper mapper() {
        var mapper = YAMLMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.NON_NULL))
                .annotationIntrospector(new NoUnknownFields())
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .build();
        mapper.configOverride(List.class).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
        return mapper;
    }

    /** Fabric8's models collect unknown fields in a map; a misspelt field would pass without a word. */
    private static final class NoUnknownFields extends JacksonAnnotationIntrospector {
        @Override
        public Boolean hasAnySetter(Annotated a) {
            return false;
        }

        @Override
        public Boolean hasAnyGetter(Annotated a) {
            return false;
        }
    }
}
