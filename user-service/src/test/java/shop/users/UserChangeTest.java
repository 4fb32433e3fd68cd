/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.asAdmin;
import static shop.users.UserRequests.newEmail;
import static shop.users.UserRequests.patch;
import static shop.users.UserRequests.registered;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.PostgresResource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class UserChangeTest {
    private static final String ADDRESS =
            "{\"street\":\"Square 12\",\"city\":\"London\",\"postalCode\":\"SW1Y 4JH\",\"country\":\"GB\"}";

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
}
