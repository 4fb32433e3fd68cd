/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.kit.KitResource;

/** Requests that no operation sees, since they can't be read. */
@QuarkusTest
@QuarkusTestResource(KitResource.class)
class RequestProblemsTest {
    @TestHTTPResource
    URI address;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            more  | {"text": "a", "times": 1, "more": 2}
            times | {"text": "a", "times": "1"}
            times | {"text": "a", "times": 1.5}
            times | {"text": "a", "times": null}
            text  | {"text": 7, "times": 1}
            text  | {"text": " ", "times": 1}
            """)
    void memberThatCannotBeTakenIsNamed(String member, String body) {
        invalid(body).body("errors.name", hasItem(member));
    }

    @Test
    void memberThatIsThereTwiceIsRefused() {
        invalid("{\"text\": \"a\", \"times\": 1, \"times\": 1000}");
    }

    @Test
    void placeWhereJsonEndsTooEarlyIsNamed() {
        invalid("{\"text\":").body("detail", containsString("line 1"));
    }

    @Test
    void jsonOfAnotherShapeIsRefused() {
        invalid("[]");
    }

    @Test
    void missingBodyIsNamed() {
        invalid("").body("detail", equalTo("body is needed."));
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /sequences/1-1-1-1-1?length=1, path,  id",
        "GET,  /effects?limit=x,              query, limit",
        "GET,  /effects?limit=101,            query, limit",
        "GET,  /effects?limit=2&cursor=x,     query, cursor"
    })
    void parameterThatCannotBeTakenIsNamed(String method, String path, String place, String name) {
        problem(given().request(method, path), 400, "invalid-request")
                .body("errors[0].in", equalTo(place))
                .body("errors[0].name", equalTo(name));
    }

    @Test
    void unknownPathIsAProblem() {
        problem(given().get("/nothing"), 404, "not-found");
    }

    @Test
    void otherMethodIsAProblem() {
        problem(given().delete("/effects"), 405, "method-not-allowed");
    }

    @Test
    void mediaTypeThatCannotBeReadIsAProblem() {
        problem(given().contentType(ContentType.XML).body("<a/>").post("/effects"), 415, "unsupported-media-type");
    }

    @Test
    void mediaTypeThatCannotBeWrittenIsAProblem() {
        problem(given().accept(ContentType.XML).get("/effects?limit=2"), 406, "not-acceptable");
    }

    @Test
    void bodyThatIsTooLongIsAProblem() {
        problem(
                given().contentType(ContentType.JSON).body(effect(1 << 20)).post("/effects"),
                413,
                "request-entity-too-large");
    }

    @Test
    void bodyOfUnknownLengthIsLimitedToo() throws Exception {
        HttpResponse<String> answer = postWithoutLength(effect(1 << 21));
        assertEquals(413, answer.statusCode());
        assertTrue(answer.body().contains("request-entity-too-large"), answer.body());
    }

    @Test
    void bodyOfUnknownLengthIsRead() throws Exception {
        assertEquals(201, postWithoutLength(effect(1 << 19)).statusCode());
    }

    private HttpResponse<String> postWithoutLength(String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/effects"))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes())))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private static ValidatableResponse invalid(String body) {
        return problem(
                given().header("Idempotency-Key", UUID.randomUUID().toString())
                        .contentType(ContentType.JSON)
                        .body(body)
                        .post("/effects"),
                400,
                "invalid-request");
    }

    private static String effect(int length) {
        return "{\"times\": 1, \"text\": \"" + "a".repeat(length) + "\"}";
    }
}
