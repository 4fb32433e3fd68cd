package shop.users;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.CloudEvents.binary;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.asAdmin;
import static shop.users.UserRequests.asService;
import static shop.users.UserRequests.newEmail;
import static shop.users.UserRequests.registered;
import static shop.users.UserRequests.with;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
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
class UserTest {
    private static final String ADDRESS =
            "{\"street\":\"Square 12\",\"city\":\"London\",\"postalCode\":\"SW1Y 4JH\",\"country\":\"GB\"}";

    private final RecordingBroker broker = RecordingBroker.shared();

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
    }

    @Test
    void usersSeeThemselvesAndAdminsAndServicesSeeAll() {
        UUID id = registered();
        for (RequestSpecification caller : List.of(as(id), asAdmin(), asService())) {
            caller.get("/users/" + id)
                    .then()
                    .statusCode(200)
                    .header("ETag", equalTo("\"1\""))
                    .body("id", equalTo(id.toString()))
                    .body("$", not(hasKey("orders")));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET", "PATCH", "DELETE"})
    void othersAreRefused(String method) {
        String path = "/users/" + registered();
        problem(request(given(), method, path), 401, "unauthenticated");
        problem(request(with("nonsense"), method, path), 401, "unauthenticated");
        problem(request(as(UUID.randomUUID()), method, path), 403, "forbidden");
        problem(
                request(with(Tokens.serviceAccount("system:serviceaccount:shop:other")), method, path),
                403,
                "forbidden");
    }

    @ParameterizedTest
    @CsvSource({"PATCH", "DELETE"})
    void servicesOnlyLook(String method) {
        problem(request(asService(), method, "/users/" + registered()), 403, "forbidden");
    }

    @ParameterizedTest
    @CsvSource({"GET", "PATCH", "DELETE"})
    void whoNeverWasAUserIsNotFound(String method) {
        problem(request(asAdmin(), method, "/users/" + UUID.randomUUID()), 404, "not-found");
        problem(request(asAdmin(), method, "/users/1"), 400, "invalid-request")
                .body("errors[0].in", equalTo("path"))
                .body("errors[0].name", equalTo("id"));
    }

    @Test
    void onlyAdminsListUsers() {
        problem(given().get("/users"), 401, "unauthenticated");
        problem(as(UUID.randomUUID()).get("/users"), 403, "forbidden");
        problem(asService().get("/users"), 403, "forbidden");
    }

    @Test
    void listIsFilteredByPrefixWhateverItsCase() {
        String prefix = "p" + UUID.randomUUID();
        UUID ada = registered(prefix + "_a@example.org", "\u00c9mile " + prefix);
        UUID bob = registered(prefix + "xb@example.org", "Bob " + prefix);
        list("email=" + prefix.toUpperCase()).body("items.id", hasSize(2));
        list("email=" + prefix + "_").body("items.id", contains(ada.toString()));
        list("email=" + prefix + "%25").body("items", empty());
        list("name=bob%20" + prefix).body("items.id", contains(bob.toString()));
        list("name=%C3%A9MILE%20" + prefix).body("items.id", contains(ada.toString()));
        list("email=" + prefix + "&name=emile").body("items", empty());
    }

    @Test
    void listIsPaged() {
        String prefix = "p" + UUID.randomUUID();
        List<String> ids = IntStream.range(0, 5)
                .mapToObj(i -> registered(prefix + i + "@example.org", "Ada"))
                .map(UUID::toString)
                .sorted()
                .toList();
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonPath page =
                    list("email=" + prefix + "&limit=2" + cursor).extract().jsonPath();
            assertTrue(page.getList("items").size() <= 2);
            seen.addAll(page.getList("items.id"));
            cursor = page.get("next") == null ? null : "&cursor=" + page.get("next");
        } while (cursor != null);
        assertEquals(ids, seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=101", "limit=x", "cursor=x", "email=a%00b", "name=a%00b"})
    void badParameterIsNamed(String parameter) {
        problem(asAdmin().urlEncodingEnabled(false).get("/users?" + parameter), 400, "invalid-request")
                .body("errors[0].in", equalTo("query"))
                .body("errors[0].name", equalTo(parameter.split("=")[0]));
    }

    @Test
    void includeKnowsOrdersOnly() {
        UUID id = registered();
        problem(as(id).get("/users/" + id + "?include=payments"), 400, "invalid-request")
                .body("errors[0].name", equalTo("include"));
    }

    @Test
    void patchChangesWhatItNames() {
        UUID id = registered();
        patch(as(id), id, 1, "{\"name\":\"Augusta\",\"address\":" + ADDRESS + "}")
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("name", equalTo("Augusta"))
                .body("email", containsString("@"))
                .body("address.city", equalTo("London"));
        patch(as(id), id, 2, "{\"address\":{\"city\":\"Bath\"}}")
                .then()
                .statusCode(200)
                .body("address.city", equalTo("Bath"))
                .body("address.country", equalTo("GB"));
        patch(asAdmin(), id, 3, "{\"address\":null}")
                .then()
                .statusCode(200)
                .body("$", not(hasKey("address")))
                .body("version", equalTo(4));
        as(id).get("/users/" + id).then().header("ETag", equalTo("\"4\"")).body("name", equalTo("Augusta"));
    }

    @Test
    void mergePatchHasItsOwnMediaTypeToo() {
        UUID id = registered();
        as(id).contentType("application/merge-patch+json")
                .header("If-Match", "\"1\"")
                .body("{\"name\":\"Augusta\"}")
                .patch("/users/" + id)
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("name", equalTo("Augusta"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    name         | {"name":null}
                    name         | {"name":" "}
                    name         | {"name":5}
                    email        | {"email":null}
                    email        | {"email":"nowhere"}
                    id           | {"id":"00000000-0000-0000-0000-000000000000"}
                    version      | {"version":7}
                    nickname     | {"nickname":"A"}
                    nickname     | {"nickname":null}
                    address      | {"address":"London"}
                    address.city | {"address":{"street":"a","postalCode":"1","country":"GB"}}
                    """)
    void patchThatLeavesAnInvalidUserIsRefused(String member, String body) {
        UUID id = registered();
        problem(patch(as(id), id, 1, body), 400, "invalid-request").body("errors.name", hasItem(member));
        as(id).get("/users/" + id).then().header("ETag", equalTo("\"1\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "7", "{"})
    void patchIsAnObject(String body) {
        UUID id = registered();
        problem(patch(as(id), id, 1, body), 400, "invalid-request");
    }

    @Test
    void patchThatIsTooLongOrOfAnotherMediaTypeIsRefused() {
        UUID id = registered();
        problem(patch(as(id), id, 1, "{\"name\":\"" + "a".repeat(1 << 20) + "\"}"), 413, "request-entity-too-large");
        problem(
                as(id).contentType(ContentType.XML).body("<user/>").patch("/users/" + id),
                415,
                "unsupported-media-type");
    }

    @Test
    void patchThatChangesNothingMakesNoVersion() {
        UUID id = registered();
        patch(as(id), id, 1, "{}").then().statusCode(200).header("ETag", equalTo("\"1\""));
    }

    @Test
    void patchNeedsTheVersionThatItWasMadeFrom() {
        UUID id = registered();
        problem(
                        as(id).contentType(ContentType.JSON)
                                .body("{\"name\":\"A\"}")
                                .patch("/users/" + id),
                        428,
                        "precondition-required")
                .body("errors[0].in", equalTo("header"))
                .body("errors[0].name", equalTo("If-Match"));
        problem(patch(as(id), id, 2, "{\"name\":\"A\"}"), 412, "precondition-failed");
        as(id).get("/users/" + id).then().body("name", equalTo("Ada Lovelace"));
    }

    @Test
    void emailChangesToAFreeOneOnly() {
        String taken = newEmail();
        registered(taken, "Ada");
        UUID id = registered();
        problem(patch(as(id), id, 1, "{\"email\":\"" + taken.toUpperCase() + "\"}"), 409, "email-taken")
                .body("errors[0].name", equalTo("email"));
        String free = newEmail();
        patch(as(id), id, 1, "{\"email\":\"" + free + "\"}")
                .then()
                .statusCode(200)
                .body("email", equalTo(free));
        patch(as(id), id, 2, "{\"email\":\"" + free.toUpperCase() + "\"}")
                .then()
                .statusCode(200);
    }

    @Test
    void ofConcurrentChangesOfOneVersionOneSucceeds() {
        UUID id = registered();
        List<Integer> statuses = together(
                16, i -> patch(as(id), id, 1, "{\"name\":\"Ada " + i + "\"}").statusCode());
        assertEquals(1, Collections.frequency(statuses, 200));
        assertEquals(15, Collections.frequency(statuses, 412));
        as(id).get("/users/" + id).then().body("version", equalTo(2));
    }

    @Test
    void deletedUserIsGoneForGood() {
        UUID id = registered();
        as(id).delete("/users/" + id).then().statusCode(204);
        for (String method : List.of("GET", "PATCH", "DELETE")) {
            problem(request(as(id), method, "/users/" + id), 410, "gone");
            problem(request(asAdmin(), method, "/users/" + id), 410, "gone");
        }
    }

    @Test
    void adminsDeleteUsers() {
        UUID id = registered();
        asAdmin().delete("/users/" + id).then().statusCode(204);
        problem(as(id).get("/users/" + id), 410, "gone");
    }

    @Test
    void deletedUserIsNotListed() {
        String email = newEmail();
        UUID id = registered(email, "Ada");
        as(id).delete("/users/" + id).then().statusCode(204);
        list("email=" + email).body("items", empty());
    }

    @Test
    void ofConcurrentDeletionsOneSucceeds() {
        UUID id = registered();
        List<Integer> statuses = together(8, i -> as(id).delete("/users/" + id).statusCode());
        assertEquals(1, Collections.frequency(statuses, 204));
        assertEquals(7, Collections.frequency(statuses, 410));
        await().until(() -> broker.about(id).size() == 2);
    }

    @Test
    void everyChangeIsPublishedInOrderWithoutPersonalData() {
        UUID id = registered();
        patch(as(id), id, 1, "{\"name\":\"Augusta\"}").then().statusCode(200);
        patch(as(id), id, 2, "{\"name\":\"Augusta Ada\"}").then().statusCode(200);
        patch(as(id), id, 3, "{\"name\":\"Augusta Ada\"}").then().statusCode(200);
        as(id).delete("/users/" + id).then().statusCode(204);
        await().until(() -> broker.about(id).size() >= 4);
        var events = broker.about(id);
        assertEquals(
                List.of(
                        "shop.user.registered.v1",
                        "shop.user.changed.v1",
                        "shop.user.changed.v1",
                        "shop.user.deleted.v1"),
                events.stream().map(RecordingBroker.Received::type).toList());
        assertEquals(
                List.of(1, 2, 3),
                events.stream()
                        .limit(3)
                        .map(event -> JsonPath.from(event.body()).getInt("version"))
                        .toList());
        assertTrue(events.stream().noneMatch(event -> event.body().contains("August")));
    }

    @Test
    void brokerThatIsDownFailsNobodyAndTheSweepPublishesLater() {
        broker.answer(503);
        UUID id = registered();
        assertEquals(List.of(), broker.about(id));
        broker.answer(202);
        event("dev.knative.sources.ping").then().statusCode(204);
        await().until(() -> broker.about(id).size() == 1);
    }

    @Test
    void eventThatNobodyHandlesGoesToTheDeadLetters() {
        problem(event("shop.order.placed.v1"), 400, "unexpected-event");
    }

    @Test
    void eventThatIsTooLongIsRefused() {
        problem(given().body("a".repeat(1 << 20 | 1)).post("/events"), 413, "request-entity-too-large");
    }

    @Test
    void openApiDocumentsEveryOperationAndItsErrors() {
        JsonPath document = given().accept(ContentType.JSON)
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertDocumented(document, "/users", "post", "201", "400", "401", "409", "410", "413", "415", "500");
        assertDocumented(document, "/users", "get", "200", "400", "401", "403");
        assertDocumented(document, "/users/{id}", "get", "200", "400", "401", "403", "404", "410");
        assertDocumented(
                document, "/users/{id}", "patch", "200", "400", "401", "403", "404", "409", "410", "412", "428");
        assertDocumented(document, "/users/{id}", "delete", "204", "400", "401", "403", "404", "410");
        assertDocumented(document, "/events", "post", "204", "400");
        for (String answer : List.of("'/users'.post.responses.'201'", "'/users/{id}'.patch.responses.'200'")) {
            assertEquals(
                    "#/components/schemas/User",
                    document.getString("paths." + answer + ".content.'application/json'.schema.'$ref'"));
        }
        assertTrue(document.getBoolean("paths.'/users/{id}'.patch.parameters.find { it.name == 'If-Match' }.required"));
        given().get("/q/swagger-ui/").then().statusCode(200);
    }

    private static void assertDocumented(JsonPath document, String path, String method, String... statuses) {
        var responses = document.getMap("paths.'" + path + "'." + method + ".responses");
        Stream.of(statuses).forEach(status -> assertTrue(responses.containsKey(status), method + path + status));
    }

    private static Response event(String type) {
        return binary(type, "/test", UUID.randomUUID().toString()).post("/events");
    }

    private static ValidatableResponse list(String parameters) {
        return asAdmin()
                .urlEncodingEnabled(false)
                .get("/users?" + parameters)
                .then()
                .statusCode(200);
    }

    private static Response patch(RequestSpecification caller, UUID id, int version, String body) {
        return caller.contentType(ContentType.JSON)
                .header("If-Match", "\"" + version + "\"")
                .body(body)
                .patch("/users/" + id);
    }

    private static Response request(RequestSpecification caller, String method, String path) {
        return method.equals("PATCH")
                ? caller.contentType(ContentType.JSON)
                        .header("If-Match", "\"1\"")
                        .body("{\"name\":\"A\"}")
                        .patch(path)
                : caller.request(method, path);
    }
}
