/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;

/** The OpenAPI 3.1 document of the module under test, as its build has written it. */
final class ApiDocument {
    private final String file;
    private final JsonNode root;
    private final SchemaRegistry schemas;

    private ApiDocument(String directory) {
        file = Path.of(directory, "openapi.json").toString();
        try {
            root = new ObjectMapper().readTree(new File(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        schemas = SchemaRegistry.withDialect(
                Dialects.getOpenApi31(),
                registry -> registry.schemas(Map.of(file, root.toString()))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
    }

    /** That of this module; none if its build writes none, whatever an earlier one has left. */
    static Optional<ApiDocument> find() {
        return ConfigProvider.getConfig()
                .getOptionalValue("quarkus.smallrye-openapi.store-schema-directory", String.class)
                .map(ApiDocument::new);
    }

    /** An answer that an operation may give. */
    record Answer(String method, String path, String status, String pointer, JsonNode response) {
        Stream<String> mediaTypes() {
            return response.path("content").properties().stream().map(Map.Entry::getKey);
        }

        Stream<String> requiredHeaders() {
            return response.path("headers").properties().stream()
                    .filter(header -> header.getValue().path("required").asBoolean())
                    .map(Map.Entry::getKey);
        }
    }

    Stream<Answer> answers() {
        return root.get("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .flatMap(operation -> operation.getValue().path("responses").properties().stream()
                                .map(response -> answer(path.getKey(), operation.getKey(), response.getKey()))));
    }

    private Answer answer(String path, String method, String status) {
        String pointer = "/paths/" + path.replace("/", "~1") + "/" + method + "/responses/" + status;
        JsonNode response = root.at(pointer);
        if (response.has("$ref")) {
            pointer = response.get("$ref").asText().substring(1);
            response = root.at(pointer);
        }
        return new Answer(method.toUpperCase(), path, status, pointer, response);
    }

    /** The path of the document that a request matches: without variables before those with, as OpenAPI says. */
    Optional<String> template(String method, String path) {
        List<String> templates = root.get("paths").properties().stream()
                .sorted(Comparator.comparing(template -> template.getKey().contains("{")))
                .filter(template -> path.matches(template.getKey().replaceAll("\\{[^/]+}", "[^/]+")))
                .map(Map.Entry::getKey)
                .toList();
        return templates.stream()
                .filter(template -> root.get("paths").get(template).has(method.toLowerCase(Locale.ROOT)))
                .findFirst()
                .or(() -> templates.stream().findFirst());
    }

    /** Whether the document has such an operation. */
    boolean takes(String method, String path) {
        return template(method, path)
                .filter(template -> root.get("paths").get(template).has(method.toLowerCase(Locale.ROOT)))
                .isPresent();
    }

    /** What the answer to {@code method} at this path of the document may be; a refused method has that of the others. */
    Optional<Answer> answer(String method, String template, int status) {
        List<Answer> candidates = answers()
                .filter(answer ->
                        answer.path().equals(template) && answer.status().equals(Integer.toString(status)))
                .toList();
        return candidates.stream()
                .filter(answer -> answer.method().equals(method) || status == 405)
                .findFirst();
    }

    /** What is wrong with this body. */
    List<String> faults(Answer answer, String mediaType, String body) {
        String pointer = answer.pointer() + "/content/" + mediaType.replace("/", "~1") + "/schema";
        Schema schema = schemas.getSchema(SchemaLocation.of(file + "#" + pointer));
        return schema.validate(body, InputFormat.JSON).stream()
                .map(Object::toString)
                .filter(fault -> !fault.contains("idn-email")) // the validator takes ASCII only for one
                .toList();
    }
}
