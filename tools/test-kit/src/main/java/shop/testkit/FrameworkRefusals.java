/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Problems.problem;

import io.restassured.RestAssured;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The refusals that no operation makes by itself, at what the service's OpenAPI document has. */
public abstract class FrameworkRefusals {
    private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "PATCH", "DELETE");

    private final ApiDocument document = ApiDocument.find().orElseThrow();

    @Test
    void everyAnswerIsHeldAgainstTheDocument() {
        assertTrue(RestAssured.filters().stream().anyMatch(DescribedAnswers.class::isInstance));
    }

    /** RFC 9110, 15.5.6. */
    @Test
    void everyPathRefusesTheMethodsThatItDoesNotTake() {
        document.answers()
                .map(answer -> concrete(answer.path()))
                .distinct()
                .forEach(path -> METHODS.stream()
                        .filter(method -> !document.takes(method, path))
                        .forEach(method -> problem(
                                given().auth().oauth2(Tokens.admin()).request(method, path),
                                405,
                                "method-not-allowed")));
    }

    /** RFC 9110, 15.5.7; a problem, too, has a media type. */
    @Test
    void everyOperationRefusesToAnswerInAnotherMediaType() {
        document.answers()
                .filter(answer ->
                        answer.status().equals("405") && !answer.path().equals("/events"))
                .forEach(answer -> problem(
                        given().auth()
                                .oauth2(Tokens.admin())
                                .accept("text/csv")
                                .request(answer.method(), concrete(answer.path())),
                        406,
                        "not-acceptable"));
    }

    /** RFC 9110, 15.5.7 and 15.5.13. */
    @Test
    void listsAreGivenInDocumentedMediaTypesAndStatesOnly() {
        List<String> lists = document.answers()
                .filter(answer ->
                        answer.method().equals("GET") && !answer.path().contains("{"))
                .map(ApiDocument.Answer::path)
                .distinct()
                .toList();
        assertFalse(lists.isEmpty());
        lists.forEach(list -> {
            problem(given().auth().oauth2(Tokens.admin()).accept("text/csv").get(list), 406, "not-acceptable");
            problem(
                    given().auth()
                            .oauth2(Tokens.admin())
                            .header("If-Match", "\"another\"")
                            .get(list),
                    412,
                    "precondition-failed");
        });
    }

    private static String concrete(String path) {
        return path.replaceAll("\\{[^/]+}", UUID.randomUUID().toString());
    }
}
