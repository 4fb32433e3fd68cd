/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
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
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import shop.localknative.console.StartException;

/** YAML files read as the API server would: unknown fields, wrong types and keys given twice are errors. */
final class StrictYaml {
    private static final ObjectMapper MAPPER = mapper();

    /** One document of a file. */
    record Document(Path file, Node yaml, JsonNode tree) {
        <T> T as(Class<T> type) {
            try {
                return MAPPER.treeToValue(tree, type);
            } catch (JsonMappingException e) {
                var path = FieldPath.of(e);
                throw StartException.at(file, path.lineIn(yaml), path + ": " + explain(e));
            } catch (JsonProcessingException e) {
                throw StartException.at(file, FieldPath.of().lineIn(yaml), e.getOriginalMessage());
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
            String text = Files.readString(file);
            var documents = new ArrayList<Document>();
            for (Node node : new Yaml(new LoaderOptions()).composeAll(new StringReader(text))) {
                if (node instanceof MappingNode) {
                    documents.add(document(file, node, text));
                } else if (!text.substring(offset(text, node)).isBlank()) {
                    throw StartException.at(file, node.getStartMark().getLine() + 1, "expected fields, name: value");
                }
            }
            return documents;
        } catch (MarkedYAMLException e) {
            throw StartException.at(file, e.getProblemMark().getLine() + 1, "not YAML: " + e.getProblem());
        } catch (IOException e) {
            throw new UncheckedIOException("%s can't be read".formatted(file), e);
        }
    }

    /** YAML within YAML. */
    static JsonNode tree(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    static JsonNode tree(HasMetadata resource) {
        return MAPPER.valueToTree(resource);
    }

    private static Document document(Path file, Node node, String text) throws IOException {
        int end = text.offsetByCodePoints(0, node.getEndMark().getIndex());
        try {
            return new Document(file, node, MAPPER.readTree(text.substring(offset(text, node), end)));
        } catch (JsonParseException e) {
            int line = node.getStartMark().getLine() + e.getLocation().getLineNr();
            throw StartException.at(file, line, e.getOriginalMessage());
        }
    }

    private static int offset(String text, Node node) {
        return text.offsetByCodePoints(0, node.getStartMark().getIndex());
    }

    private static String explain(JsonMappingException e) {
        return switch (e) {
            case UnrecognizedPropertyException unknown
            when unknown.getKnownPropertyIds() != null ->
                "unknown field; known here are "
                        + unknown.getKnownPropertyIds().stream()
                                .map(Object::toString)
                                .sorted()
                                .toList();
            case UnrecognizedPropertyException unknown -> "unknown field";
            case MismatchedInputException wrong
            when wrong.getTargetType() != null ->
                "expected a " + wrong.getTargetType().getSimpleName() + "; " + e.getOriginalMessage();
            default -> e.getOriginalMessage();
        };
    }

    private static ObjectMapper mapper() {
        var mapper = YAMLMapper.builder(YAMLFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .annotationIntrospector(new NoUnknownFields())
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> List.of(
                                        CoercionInputShape.Integer,
                                        CoercionInputShape.Float,
                                        CoercionInputShape.Boolean)
                                .forEach(shape -> text.setCoercion(shape, CoercionAction.Fail)))
                .build();
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
