/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Fails, by name, for what a service's API description promises and no test of this run has seen: of every operation every
 * answer 2xx and 4xx, in every media type. It runs last: Quarkus orders tests that need no application behind those that do.
 *
 * <p>On executables this is also what finds types that Jackson reaches by reflection and the executable lacks: a test has read
 * every answer there is. ({@code --exact-reachability-metadata} can't be used: Quarkus 3.33 does not register the components of
 * records, and then Jackson reads none of them.)
 */
public abstract class Completeness {
    private static final Path DESCRIPTION = Path.of("target", "openapi", "openapi.json");

    @Test
    void everyDocumentedAnswerHasBeenSeen() throws IOException {
        JsonNode paths = new ObjectMapper().readTree(DESCRIPTION.toFile()).get("paths");
        List<String> templates = templates(paths);
        allSeen(
                documented(paths),
                () -> AccessLog.of(PostgresResource.APPLICATION).stream()
                        .map(answer -> name(
                                answer.method(),
                                template(templates, answer.path()),
                                Integer.toString(answer.status()),
                                answer.given())));
    }

    /** Waits for a moment, since the last answers may not be in the log yet. */
    public static void allSeen(Stream<String> expected, Supplier<Stream<String>> seen) {
        Set<String> names = expected.collect(Collectors.toSet());
        assertFalse(names.isEmpty(), "nothing is expected");
        await().untilAsserted(() -> {
            Set<String> missing = names.stream().collect(Collectors.toCollection(TreeSet::new));
            missing.removeAll(seen.get().collect(Collectors.toSet()));
            assertEquals(Set.of(), missing, "not seen by any test of this run");
        });
    }

    private static Stream<String> documented(JsonNode paths) {
        return paths.properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .flatMap(operation -> operation.getValue().path("responses").properties().stream()
                                .filter(response -> response.getKey().matches("[24].."))
                                .flatMap(response -> mediaTypes(response.getValue())
                                        .map(type -> name(
                                                operation.getKey().toUpperCase(),
                                                path.getKey(),
                                                response.getKey(),
                                                type)))));
    }

    private static Stream<String> mediaTypes(JsonNode response) {
        Set<Map.Entry<String, JsonNode>> contents = response.path("content").properties();
        return contents.isEmpty() ? Stream.of("") : contents.stream().map(Map.Entry::getKey);
    }

    /** Those without variables first, as OpenAPI matches them. */
    private static List<String> templates(JsonNode paths) {
        return paths.properties().stream()
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparing(path -> path.contains("{")))
                .toList();
    }

    private static String template(List<String> templates, String path) {
        return templates.stream()
                .filter(template -> path.matches(template.replaceAll("\\{[^/]+}", "[^/]+")))
                .findFirst()
                .orElse(path);
    }

    private static String name(String method, String path, String status, String mediaType) {
        return "%s %s %s %s".formatted(method, path, status, mediaType).strip();
    }
}
