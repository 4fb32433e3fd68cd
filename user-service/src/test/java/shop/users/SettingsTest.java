/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.json;
import static shop.users.UserRequests.newEmail;
import static shop.users.UserRequests.newKey;
import static shop.users.UserRequests.register;
import static shop.users.UserRequests.registered;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.testkit.LiveSettings;
import shop.testkit.MountedSettings;
import shop.testkit.PostgresResource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class SettingsTest extends LiveSettings {
    @AfterEach
    void openAgain() {
        MountedSettings.unset("registration");
    }

    /** RFC 9110, 15.6.4: what is over after a while says after which. */
    @Test
    void closedRegistrationTakesNobodyNewAndServesTheOthers() {
        UUID before = registered();
        String key = newKey();
        String body = json(newEmail(), "Ada");
        String first = register(given().header("Idempotency-Key", key), body).path("id");
        MountedSettings.set("registration", "closed: The shop is full until Monday.");
        Response refused = register(given(), json(newEmail(), "Ada"));
        problem(refused, 503, "registrations-closed").body("detail", equalTo("The shop is full until Monday."));
        assertEquals("60", refused.header("Retry-After"));
        problem(
                register(given().header("Idempotency-Key", newKey()), json(newEmail(), "Ada")),
                503,
                "registrations-closed");
        register(given().header("Idempotency-Key", key), body)
                .then()
                .statusCode(201)
                .body("id", equalTo(first));
        as(before).get("/users/" + before).then().statusCode(200);
        MountedSettings.set("registration", "open");
        registered();
    }
}
