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
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
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
            text  | {"text": "a\\ud800", "times": 1}
            text  | {"text": "a\\u0000", "times": 1}
            text  | {"text": "a\\u202e", "times": 1}
            a\\u000ab | {"text": "a", "times": 1, "a\\nb": 1}
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
        "GET,  /effects?limit=2&cursor=x,     query, cursor",
        "GET,  /echo/a%0Ab,                   path,  path",
        "GET,  /echo/a%E2%80%A8b,             path,  path",
        "GET,  /echo/a?query=%E2%80%AE,       query, query",
        "GET,  /echo/a?query=%F3%B0%80%80%CD%B8, query, query"
    })
    void parameterThatCannotBeTakenIsNamed(String method, String path, String place, String name) {
        problem(given().urlEncodingEnabled(false).request(method, path), 400, "invalid-request")
                .body("errors[0].in", equalTo(place))
                .body("errors[0].name", equalTo(name));
    }

    /** Bytes beyond ASCII come as ISO 8859-1: those of a half of a surrogate pair have a C1 control (RFC 9110, 5.5). */
    @Test
    void headerThatIsNoTextIsNamed() throws Exception {
        assertEquals("header X-Header", rawRequest("GET /echo/a HTTP/1.1\r\nX-Header: \u00ed\u00a0\u0080\r\n"));
    }

    @Test
    void parametersAreInNormalizationFormC() {
        given().urlEncodingEnabled(false)
                .get("/echo/e%CC%81?query=%E2%84%AB")
                .then()
                .statusCode(200)
                .body(equalTo("\u00e9 \u00c5 null"));
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

    /** The place and the name of the first fault that the answer to these lines tells. */
    private String rawRequest(String lines) throws Exception {
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream()
                    .write((lines + "Host: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            JsonPath problem = JsonPath.from(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
            assertEquals(400, problem.getInt("status"), answer);
            return problem.getString("errors[0].in") + " " + problem.getString("errors[0].name");
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
