/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.json;
import static shop.users.UserRequests.newEmail;
import static shop.users.UserRequests.newKey;
import static shop.users.UserRequests.register;
import static shop.users.UserRequests.registered;
import static shop.users.UserRequests.with;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.PostgresResource;
import shop.testkit.RecordingBroker;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class RegistrationTest {
    private final RecordingBroker broker = RecordingBroker.shared();

    @Test
    void anyoneCanRegister() {
        String email = newEmail();
        Response response = register(given(), json(email, "Ada"));
        String id = response.then()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("email", equalTo(email))
                .body("name", equalTo("Ada"))
                .body("version", equalTo(1))
                .body("$", not(hasKey("address")))
                .extract()
                .path("id");
        response.then().header("Location", endsWith("/users/" + id));
        assertEquals(7, UUID.fromString(id).version());
    }

    @Test
    void addressIsOptional() {
        String body = """
                {"email":"%s","name":"Ada","address":
                 {"street":"St James's Square 12","city":"London","postalCode":"SW1Y 4JH","country":"GB"}}""";
        register(given(), body.formatted(newEmail()))
                .then()
                .statusCode(201)
                .body("address.city", equalTo("London"))
                .body("address.country", equalTo("GB"));
    }

    @Test
    void identityOfTheTokenBecomesTheUsersId() {
        UUID id = UUID.randomUUID();
        register(as(id), json(newEmail(), "Ada")).then().statusCode(201).body("id", equalTo(id.toString()));
        String token = Tokens.people("ada@people.example", "customer");
        String named = register(with(token), json(newEmail(), "Ada"))
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        with(token).get("/users/" + named).then().statusCode(200);
    }

    @Test
    void refusedTokenIsNotTakenForNone() {
        problem(register(with("nonsense"), json(newEmail(), "Ada")), 401, "unauthenticated");
    }

    @Test
    void sameIdentityRegistersOnce() {
        UUID id = registered();
        problem(register(as(id), json(newEmail(), "Ada")), 409, "already-registered")
                .body("detail", containsString("/users/" + id));
    }

    @Test
    void deletedIdentityDoesNotComeBack() {
        UUID id = registered();
        as(id).delete("/users/" + id).then().statusCode(204);
        problem(register(as(id), json(newEmail(), "Ada")), 410, "gone");
    }

    @Test
    void emailIsUniqueWhateverItsCase() {
        String email = newEmail();
        registered(email, "Ada");
        problem(register(given(), json(email.toUpperCase(), "Ada")), 409, "email-taken")
                .body("errors[0].in", equalTo("body"))
                .body("errors[0].name", equalTo("email"));
    }

    @Test
    void deletedUsersEmailIsFree() {
        String email = newEmail();
        UUID id = registered(email, "Ada");
        as(id).delete("/users/" + id).then().statusCode(204);
        register(given(), json(email, "Ada")).then().statusCode(201);
    }

    @Test
    void ofConcurrentRegistrationsOfOneEmailOneSucceeds() {
        String email = newEmail();
        List<Integer> statuses =
                together(16, i -> register(given(), json(email, "Ada")).statusCode());
        assertEquals(1, Collections.frequency(statuses, 201));
        assertEquals(15, Collections.frequency(statuses, 409));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ada", "ada@", "@example.org", "a b@example.org", "ada@example..org"})
    void emailMustBeOne(String email) {
        problem(register(given(), json(email, "Ada")), 400, "invalid-request").body("errors.name", hasItem("email"));
    }

    /** Quoted local parts the mail client refuses (Vert.x EmailAddress); for others beyond ASCII it lacks SMTPUTF8. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\\"a b\\\"@example.org",
                "\\\"ada\\\"@example.org",
                "\u00e4da@example.org",
                "a(b)@example.org",
                "ada@[127.0.0.1]",
                "ada@stra\u00dfe.example"
            })
    void emailCanBeMailed(String email) {
        problem(register(given(), json(email, "Ada")), 400, "invalid-request").body("errors.name", hasItem("email"));
    }

    @ParameterizedTest
    @CsvSource({
        "b\u00fccher.example, xn--bcher-kva.example",
        "b\u00fccher.example, B\u00dcCHER.EXAMPLE",
        "b\u00fccher.example, bu\u0308cher.example",
        "xn--bcher-kva.example, b\u00fccher\u3002example",
        "XN--BCHER-KVA.example, B\u00fccher.example",
        "\u4f8b\u3048.\u30c6\u30b9\u30c8, xn--r8jz45g.xn--zckzah",
        "example.org, \uff45xample.org"
    })
    void equalEmailsAreOne(String domain, String equalDomain) {
        String local = UUID.randomUUID().toString();
        register(given(), json(local + "@" + domain, "Ada")).then().statusCode(201);
        problem(register(given(), json(local.toUpperCase() + "@" + equalDomain, "Bob")), 409, "email-taken");
        UUID other = registered();
        problem(
                as(other)
                        .header("If-Match", "*")
                        .contentType(ContentType.JSON)
                        .body("{\"email\":\"" + local + "@" + equalDomain + "\"}")
                        .patch("/users/" + other),
                409,
                "email-taken");
    }

    /** Unicode Standard Annex 15; the length is that of what is kept, in code points (JSON Schema Validation, 6.3.1). */
    @Test
    void textIsKeptInNormalizationFormC() {
        register(given(), json(newEmail(), "Zoe\u0308 " + "e\u0301".repeat(98) + "\ud83d\ude00".repeat(98)))
                .then()
                .statusCode(201)
                .body("name", equalTo("Zo\u00eb " + "\u00e9".repeat(98) + "\ud83d\ude00".repeat(98)));
    }

    @Test
    void emailIsNotTooLong() {
        problem(register(given(), json("a@" + "example.".repeat(32) + "org", "Ada")), 400, "invalid-request")
                .body("errors.name", hasItem("email"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    name                | {"email":"ada@example.org"}
                    name                | {"email":"ada@example.org","name":null}
                    name                | {"email":"ada@example.org","name":" "}
                    name                | {"email":"ada@example.org","name":5}
                    name                | {"email":"ada@example.org","name":"a\\u0000b"}
                    name                | {"email":"ada@example.org","name":"a\\r\\nb"}
                    name                | {"email":"ada@example.org","name":"\\u00a0\\u3000\\u200b"}
                    name                | {"email":"ada@example.org","name":"a\\ud800b"}
                    name                | {"email":"ada@example.org","name":"\\udc00\\ud83d"}
                    name                | {"email":"ada@example.org","name":"a\\u202eb"}
                    name                | {"email":"ada@example.org","name":"a\\u2028b"}
                    name                | {"email":"ada@example.org","name":"a\\u0085b"}
                    name                | {"email":"ada@example.org","name":"a\\uffffb"}
                    name                | {"email":"ada@example.org","name":"a\\u0378b"}
                    a\\u000ab            | {"email":"ada@example.org","name":"Ada","a\\nb":1}
                    address.street      | {"email":"ada@example.org","name":"Ada","address":{"street":"\\ud800","city":"b","postalCode":"1","country":"GB"}}
                    address.country     | {"email":"ada@example.org","name":"Ada","address":{"street":"a","city":"b","postalCode":"1","country":"\\ud800"}}
                    email               | {"email":"ada\\ud800@example.org","name":"Ada"}
                    email               | {"name":"Ada"}
                    email               | {"email":true,"name":"Ada"}
                    nickname            | {"email":"ada@example.org","name":"Ada","nickname":"A"}
                    id                  | {"email":"ada@example.org","name":"Ada","id":"1"}
                    address             | {"email":"ada@example.org","name":"Ada","address":"London"}
                    address.city        | {"email":"ada@example.org","name":"Ada","address":{"street":"a","postalCode":"1","country":"GB"}}
                    address.country     | {"email":"ada@example.org","name":"Ada","address":{"street":"a","city":"b","postalCode":"1","country":"Great Britain"}}
                    address.planet      | {"email":"ada@example.org","name":"Ada","address":{"planet":"Earth"}}
                    """)
    void memberAtFaultIsNamed(String member, String body) {
        problem(register(given(), body), 400, "invalid-request").body("errors.name", hasItem(member));
    }

    /** RFC 8259, 8.2. Jackson tells no name for it. */
    @Test
    void placeOfANameThatIsNoUnicodeIsTold() {
        problem(
                        register(given(), "{\"email\":\"ada@example.org\",\"name\":\"Ada\",\"\\ud800\":1}"),
                        400,
                        "invalid-request")
                .body("detail", containsString("line 1, column 4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "\"ada\"", "{", "{\"email\":\"a@b.c\",\"name\":\"A\"} more"})
    void bodyMustBeAnObject(String body) {
        problem(register(given(), body), 400, "invalid-request");
    }

    @Test
    void otherMediaTypesAreNotTaken() {
        problem(given().contentType(ContentType.XML).body("<user/>").post("/users"), 415, "unsupported-media-type");
    }

    @Test
    void bodyThatIsTooLongIsRefused() {
        problem(register(given(), json(newEmail(), "a".repeat(1 << 20))), 413, "request-entity-too-large");
    }

    /** The language of messages is fixed when the service is built: neither the caller nor the machine changes it. */
    @Test
    void faultsAreToldInEnglish() {
        String body = """
                {"email":"ada","name":"%s","address":{"street":" ","city":"b","country":"Great Britain"}}""";
        problem(
                        register(given().header("Accept-Language", "de"), body.formatted("a".repeat(201))),
                        400,
                        "invalid-request")
                .body("errors.in", everyItem(equalTo("body")))
                .body(
                        "errors.collect { it.name + ' ' + it.message }",
                        contains(
                                "address.country must be two capital letters, as ISO 3166-1 defines them",
                                "address.postalCode must not be blank",
                                "address.street must not be blank",
                                "email must be a well-formed email address",
                                "name must be at most 200 characters long"))
                .body("detail", startsWith("address.country must be"));
    }

    /** As after a lost answer. */
    @Test
    void registrationThatComesAgainWithItsKeyGivesTheFirstAnswer() {
        String key = newKey();
        String body = json(newEmail(), "Ada");
        Response first = register(given().header("Idempotency-Key", key), body);
        first.then().statusCode(201).header("ETag", equalTo("\"1\""));
        Response again = register(given().header("Idempotency-Key", key), body);
        again.then().statusCode(201).header("ETag", equalTo("\"1\""));
        assertEquals(first.asString(), again.asString());
        assertEquals(first.header("Location"), again.header("Location"));
        UUID id = UUID.fromString(first.path("id"));
        await().until(() -> !broker.about(id).isEmpty());
        assertEquals(1, broker.about(id).size());

        UUID identity = UUID.randomUUID();
        String theirs = json(newEmail(), "Ada");
        register(as(identity).header("Idempotency-Key", key), theirs).then().statusCode(201);
        register(as(identity).header("Idempotency-Key", key), theirs)
                .then()
                .statusCode(201)
                .body("id", equalTo(identity.toString()));
        problem(register(as(identity), theirs), 409, "already-registered");
    }

    @Test
    void sameKeyAtTheSameInstantRegistersOneUser() {
        String key = newKey();
        String body = json(newEmail(), "Ada");
        List<String> answers = together(
                8,
                i -> register(given().header("Idempotency-Key", key), body)
                        .then()
                        .statusCode(201)
                        .extract()
                        .asString());
        assertEquals(1, answers.stream().distinct().count());
    }

    @Test
    void keyOfAnotherRegistrationOrOfNoneIsRefused() {
        String key = newKey();
        register(given().header("Idempotency-Key", key), json(newEmail(), "Ada"))
                .then()
                .statusCode(201);
        problem(
                        register(given().header("Idempotency-Key", key), json(newEmail(), "Ada")),
                        422,
                        "idempotency-key-reused")
                .body("errors[0].name", equalTo("Idempotency-Key"));
        problem(register(given().header("Idempotency-Key", " "), json(newEmail(), "Ada")), 400, "invalid-request")
                .body("errors[0].name", equalTo("Idempotency-Key"));
    }

    /** What was answered is personal, and goes with the user: the key is as if it had never been used. */
    @Test
    void answerToARegistrationIsErasedWithTheUser() {
        String key = newKey();
        String body = json(newEmail(), "Ada");
        String id = register(given().header("Idempotency-Key", key), body).path("id");
        as(UUID.fromString(id)).delete("/users/" + id).then().statusCode(204);
        register(given().header("Idempotency-Key", key), body)
                .then()
                .statusCode(201)
                .body("id", not(equalTo(id)));

        UUID identity = UUID.randomUUID();
        String theirs = json(newEmail(), "Ada");
        register(as(identity).header("Idempotency-Key", key), theirs).then().statusCode(201);
        as(identity).delete("/users/" + identity).then().statusCode(204);
        problem(register(as(identity).header("Idempotency-Key", key), theirs), 410, "gone");
    }

    @Test
    void instantsAreInUtcAndStayAsTheyWereTold() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.MICROS);
        UUID id = registered();
        Instant after = Instant.now();
        Response user = as(id).get("/users/" + id);
        String registeredAt = user.path("registeredAt");
        assertTrue(registeredAt.endsWith("Z"), registeredAt);
        assertFalse(Instant.parse(registeredAt).isBefore(before), registeredAt);
        assertFalse(Instant.parse(registeredAt).isAfter(after), registeredAt);
        user.then().body("changedAt", equalTo(registeredAt));
        await().until(() -> !broker.about(id).isEmpty());
        assertEquals(
                registeredAt, JsonPath.from(broker.about(id).getFirst().body()).getString("registeredAt"));
    }

    @Test
    void registrationIsPublishedWithoutPersonalData() {
        UUID id = registered();
        await().until(() -> !broker.about(id).isEmpty());
        var event = broker.about(id).getFirst();
        assertEquals("shop.user.registered.v1", event.type());
        assertEquals("/shop/user-service", event.headers().get("ce-source"));
        assertEquals(id.toString(), event.headers().get("ce-partitionkey"));
        assertEquals(
                List.of("registeredAt", "userId", "version"),
                JsonPath.from(event.body()).<String, Object>getMap("$").keySet().stream()
                        .sorted()
                        .toList());
    }
}
