/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
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
    /** One place answers these for all operations, and 412 for all that read: {@link FrameworkRefusals}. */
    private static final Set<String> OF_THE_FRAMEWORK = Set.of("405", "406", "413");

    @Test
    void everyDocumentedAnswerHasBeenSeen() {
        ApiDocument document = ApiDocument.find().orElseThrow();
        allSeen(
                document.answers()
                        .filter(answer -> answer.status().matches("[24].."))
                        .flatMap(Completeness::names),
                () -> AccessLog.of(PostgresResource.APPLICATION).stream()
                        .map(answer -> name(
                                answer.method(),
                                document.template(answer.method(), answer.path())
                                        .orElse(answer.path()),
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

    private static Stream<String> names(ApiDocument.Answer answer) {
        List<String> mediaTypes = answer.mediaTypes().toList();
        return (mediaTypes.isEmpty() ? List.of("") : mediaTypes)
                .stream().map(type -> name(answer.method(), answer.path(), answer.status(), type));
    }

    private static String name(String method, String path, String status, String mediaType) {
        return OF_THE_FRAMEWORK.contains(status) || method.equals("GET") && status.equals("412")
                ? status + " " + mediaType
                : "%s %s %s %s".formatted(method, path, status, mediaType).strip();
    }
}
