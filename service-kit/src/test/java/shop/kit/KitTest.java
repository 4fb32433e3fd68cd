package shop.kit;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.smallrye.jwt.build.Jwt;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.testkit.PostgresResource;
import shop.testkit.RecordingBroker;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(
        value = PostgresResource.class,
        initArgs =
                @io.quarkus.test.common.ResourceArg(
                        name = "migrations",
                        value = "service-kit/src/test/resources/migrations"))
class KitTest {
    private final RecordingBroker broker = RecordingBroker.shared();

    @TestHTTPResource
    URI address;

    PostgresResource outside;

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
    }

    @Test
    void sameKeyAndBodyGiveTheFirstAnswerAgain() {
        String key = UUID.randomUUID().toString();
        Response first = post(key, "once");
        Response second = post(key, "once");
        assertEquals(201, first.statusCode());
        assertEquals(first.header("Location"), second.header("Location"));
        assertEquals(first.asString(), second.asString());
        assertEquals(201, second.statusCode());
    }

    @Test
    void sameKeyAtTheSameInstantGivesOneEffect() throws Exception {
        String key = UUID.randomUUID().toString();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> post(key, "together").header("Location")))
                    .toList();
            for (Future<String> answer : answers) {
                assertEquals(answers.getFirst().get(), answer.get());
            }
        }
    }

    @Test
    void sameKeyWithAnotherBodyIsRefused() {
        String key = UUID.randomUUID().toString();
        post(key, "one");
        problem(post(key, "another").then(), 422, "idempotency-key-reused");
    }

    @Test
    void failureLeavesTheKeyUnusedAndTellsNothing() {
        String key = UUID.randomUUID().toString();
        problem(post(key, "fails").then(), 500, "internal-error").body("detail", not(containsString("secret")));
        assertEquals(201, post(key, "works").statusCode());
    }

    @Test
    void missingKeyIsNamed() {
        problem(
                        given().contentType(ContentType.JSON)
                                .body("{\"text\":\"a\",\"times\":1}")
                                .post("/effects")
                                .then(),
                        400,
                        "invalid-request")
                .body("errors[0].in", equalTo("header"))
                .body("errors[0].name", equalTo("Idempotency-Key"));
    }

    @Test
    void whatCannotBeReadIsAProblemThatNamesTheMember() {
        body("{\"text\":\"a\",\"times\":1,\"more\":2}").body("errors[0].name", equalTo("more"));
        body("{\"text\":\"a\",\"times\":\"1\"}").body("errors[0].name", equalTo("times"));
        body("{\"text\":7,\"times\":1}").body("errors[0].name", equalTo("text"));
        body("{\"text\":\"a\",\"times\":1.5}").body("errors[0].name", equalTo("times"));
        body("{\"text\":\" \",\"times\":1}").body("errors.name", hasItem("text"));
        body("{\"text\":").body("detail", containsString("line 1"));
        body("{\"text\":\"a\",\"times\":1,\"times\":1000}");
        body("[]");
        body("").body("detail", equalTo("body is needed."));
    }

    @Test
    void whatTheFrameworkRefusesIsAProblemToo() {
        problem(given().get("/nothing").then(), 404, "not-found");
        problem(given().delete("/effects").then(), 405, "method-not-allowed");
        problem(
                given().contentType(ContentType.XML)
                        .body("<a/>")
                        .post("/effects")
                        .then(),
                415,
                "unsupported-media-type");
        problem(given().accept(ContentType.XML).get("/effects?limit=2").then(), 406, "not-acceptable");
        problem(given().post("/sequences/1-1-1-1-1?length=1").then(), 400, "invalid-request")
                .body("errors[0].in", equalTo("path"))
                .body("errors[0].name", equalTo("id"));
        problem(given().get("/effects?limit=x").then(), 400, "invalid-request")
                .body("errors[0].name", equalTo("limit"));
        problem(given().get("/effects?limit=101").then(), 400, "invalid-request")
                .body("errors[0].in", equalTo("query"))
                .body("errors[0].name", equalTo("limit"));
        problem(given().get("/effects?limit=2&cursor=x").then(), 400, "invalid-request")
                .body("errors[0].name", equalTo("cursor"));
        problem(
                given().contentType(ContentType.JSON)
                        .body("{\"text\":\"" + "a".repeat(1 << 20) + "\"}")
                        .post("/effects")
                        .then(),
                413,
                "request-entity-too-large");
    }

    @Test
    void bodyOfUnknownLengthIsLimitedToo() throws Exception {
        var request = HttpRequest.newBuilder(address.resolve("/effects"))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "long")
                .POST(BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(("{\"text\":\"" + "a".repeat(1 << 21) + "\"}").getBytes())))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request, BodyHandlers.ofString());
            assertEquals(413, answer.statusCode());
            assertTrue(answer.body().contains("request-entity-too-large"), answer.body());
        }
    }

    @Test
    void bodyOfUnknownLengthIsRead() throws Exception {
        var request = HttpRequest.newBuilder(address.resolve("/effects"))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(
                        ("{\"times\":1,\"text\":\"" + "a".repeat(1 << 19) + "\"}").getBytes())))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            assertEquals(201, client.send(request, BodyHandlers.ofString()).statusCode());
        }
    }

    @Test
    void tokensOfTrustedIssuersGiveIdentityAndRoles() {
        UUID user = UUID.randomUUID();
        assertEquals(user + " true false", me(Tokens.customer(user)));
        assertTrue(me(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT)).endsWith("false true"));
        assertTrue(me(Tokens.serviceAccount("system:serviceaccount:shop:other")).endsWith("false false"));
        assertTrue(me(Tokens.people("not a uuid", "customer")).endsWith("true false"));
        assertTrue(me(Tokens.people(user.toString(), "service")).endsWith("false false"), "people are no services");
    }

    @Test
    void othersAreRefused() {
        problem(given().get("/me").then(), 401, "unauthenticated").header("WWW-Authenticate", equalTo("Bearer"));
        problem(given().get("/admin").then(), 401, "unauthenticated");
        problem(as("nonsense").get("/me").then(), 401, "unauthenticated");
        String subject = UUID.randomUUID().toString();
        problem(
                as(Tokens.signByPeople(Tokens.claims("https://evil.example", subject)))
                        .get("/me")
                        .then(),
                401,
                "unauthenticated");
        problem(
                as(Tokens.signByPeople(Tokens.claims(Tokens.CLUSTER, subject)))
                        .get("/me")
                        .then(),
                401,
                "unauthenticated");
        problem(
                as(Tokens.signByPeople(Tokens.claims(Tokens.PEOPLE, subject).audience("other")))
                        .get("/me")
                        .then(),
                401,
                "unauthenticated");
        problem(
                as(Tokens.signByPeople(Tokens.claims(Tokens.PEOPLE, subject).expiresAt(1)))
                        .get("/me")
                        .then(),
                401,
                "unauthenticated");
        problem(
                as(Tokens.signByPeople(Jwt.issuer(Tokens.PEOPLE)
                                .upn(subject)
                                .audience(Tokens.AUDIENCE)
                                .expiresIn(60)))
                        .get("/me")
                        .then(),
                401,
                "unauthenticated");
        problem(as(Tokens.customer(UUID.randomUUID())).get("/admin").then(), 403, "forbidden");
        as(Tokens.admin()).get("/admin").then().statusCode(200);
    }

    @Test
    void eventsAreHandledOnceInBothModes() {
        UUID user = UUID.randomUUID();
        String data = "{\"userId\":\"" + user + "\",\"deletedAt\":\"2026-01-01T00:00:00Z\",\"later\":\"ignored\"}";
        String id = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            given().contentType(ContentType.JSON)
                    .header("ce-specversion", "1.0")
                    .header("ce-id", id)
                    .header("ce-source", "/test")
                    .header("ce-type", EventTypes.USER_DELETED)
                    .body(data)
                    .post("/events")
                    .then()
                    .statusCode(204);
        }
        given().contentType("application/cloudevents+json")
                .body("{\"specversion\":\"1.0\",\"id\":\"" + id + "\",\"source\":\"/test\",\"type\":\""
                        + EventTypes.USER_DELETED + "\",\"data\":" + data + "}")
                .post("/events")
                .then()
                .statusCode(204);
    }

    @Test
    void brokersUnknownTokenIsNotAnsweredWithThePeoples401() {
        as("token.of.broker")
                .contentType("application/cloudevents+json")
                .body(
                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"dev.knative.sources.ping\"}")
                .post("/events")
                .then()
                .statusCode(204);
    }

    @Test
    void whatIsNoEventOrHasBadDataIsA400() {
        problem(given().contentType(ContentType.JSON).body("{}").post("/events").then(), 400, "not-a-cloudevent");
        problem(
                        given().contentType("application/cloudevents+json")
                                .body(
                                        "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/test\",\"type\":\"t\",\"data\":{\"userId\":7}}")
                                .post("/events")
                                .then(),
                        400,
                        "invalid-request")
                .body("errors[0].name", equalTo("userId"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"specversion\":\"2.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":1,\"source\":\"/test\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\",\"time\":\"now\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\",\"data_base64\":\"!\"}",
                "{\"specversion\":\"1.0\",\"id\":\"\\u0000\",\"source\":\"/test\",\"type\":\"t\",\"data\":{}}",
            })
    void whatNoRepetitionMakesAnEventIsA400(String body) {
        problem(
                        given().contentType("application/cloudevents+json")
                                .body(body)
                                .post("/events")
                                .then(),
                        400,
                        "not-a-cloudevent")
                .body("detail", not(containsString("Exception")));
    }

    @Test
    void eventsWithoutDataAreA400() {
        for (String data : List.of("", "null")) {
            problem(
                    given().contentType(ContentType.JSON)
                            .header("ce-specversion", "1.0")
                            .header("ce-id", "1")
                            .header("ce-source", "/test")
                            .header("ce-type", EventTypes.USER_DELETED)
                            .body(data)
                            .post("/events")
                            .then(),
                    400,
                    "invalid-request");
        }
    }

    @Test
    void eventsOfOneKeyArriveInOrder() {
        UUID id = UUID.randomUUID();
        given().queryParam("length", 100).post("/sequences/" + id).then().statusCode(204);
        await().until(() -> broker.about(id).size() >= 100);
        List<String> bodies = broker.about(id).stream()
                .map(RecordingBroker.Received::body)
                .distinct()
                .toList();
        for (int i = 0; i < 100; i++) {
            assertTrue(bodies.get(i).contains("\"version\":" + i + ","), bodies.get(i));
        }
        var headers = broker.about(id).getFirst().headers();
        assertEquals("/shop/kit-test", headers.get("ce-source"));
        assertEquals(id.toString(), headers.get("ce-partitionkey"));
        assertEquals(EventTypes.schemaOf(EventTypes.USER_REGISTERED), headers.get("ce-dataschema"));
        assertEquals("application/json", headers.get("Content-Type"));
    }

    @Test
    void brokerThatIsDownFailsNobodyAndGetsTheEventsLater() {
        broker.answer(503);
        UUID id = UUID.randomUUID();
        given().queryParam("length", 3).post("/sequences/" + id).then().statusCode(204);
        assertEquals(List.of(), broker.about(id));
        broker.answer(202);
        await().until(() -> broker.about(id).size() == 3);
    }

    @Test
    void traceIsCarriedOn() {
        UUID id = UUID.randomUUID();
        String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        given().header("traceparent", traceparent)
                .queryParam("length", 1)
                .post("/sequences/" + id)
                .then()
                .statusCode(204);
        await().until(() -> broker.about(id).size() == 1);
        assertEquals(traceparent, broker.about(id).getFirst().headers().get("ce-traceparent"));
    }

    @Test
    void openApiDocumentsTheProblemsOfEveryOperation() {
        given().accept(ContentType.JSON)
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("paths.'/effects'.post.responses", hasKey("413"))
                .body(
                        "paths.'/effects'.get.responses.'500'.content.'application/problem+json'.schema.'$ref'",
                        equalTo("#/components/schemas/Problem"))
                .body("components.schemas.Problem.properties", hasKey("detail"));
        given().get("/q/swagger-ui/").then().statusCode(200).body(containsString("swagger"));
    }

    @Test
    void readyWhenTheSchemaIsThere() {
        given().port(outside.managementPort())
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.name", hasItem("schema"));
        given().get("/q/health/ready").then().statusCode(404);
    }

    private static Response post(String key, String text) {
        return given().header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body("{\"text\":\"" + text + "\",\"times\":1}")
                .post("/effects");
    }

    private static ValidatableResponse body(String body) {
        return problem(
                given().header("Idempotency-Key", UUID.randomUUID().toString())
                        .contentType(ContentType.JSON)
                        .body(body)
                        .post("/effects")
                        .then(),
                400,
                "invalid-request");
    }

    private static String me(String token) {
        return as(token).get("/me").then().statusCode(200).extract().asString();
    }

    private static io.restassured.specification.RequestSpecification as(String token) {
        return given().auth().oauth2(token);
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status, String slug) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("https://shop.example/problems/" + slug))
                .body("status", equalTo(status));
    }
}
