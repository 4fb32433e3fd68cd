/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.testkit.PostgresResource;
import shop.testkit.Tokens;

/** The dead letter sink in a cluster that gives its Triggers an identity. */
@QuarkusTest
@TestProfile(KnownSendersTest.Cluster.class)
@QuarkusTestResource(PostgresResource.class)
class KnownSendersTest {
    private static final String AUDIENCE = "shop/dead-letters";

    public static class Cluster implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "SHOP_EVENT_AUDIENCE",
                    AUDIENCE,
                    "SHOP_BROKERS",
                    Tokens.triggersAccount("refund-payment") + "," + Tokens.triggersAccount("dead-letters-sweep"));
        }
    }

    private final String source = "/" + UUID.randomUUID();

    @Test
    void aTriggersDeadLettersAreKept() {
        arrive(as(Tokens.trigger("refund-payment", AUDIENCE)), 204);
        kept(1);
    }

    @Test
    void othersKeepNothingHere() {
        arrive(given(), 403);
        arrive(as(Tokens.admin()), 403);
        arrive(as(Tokens.trigger("refund-payment", "shop/refund-payment")), 403);
        arrive(as(Tokens.trigger("notify-customer", AUDIENCE)), 403);
        given().contentType("text/plain")
                .body("no event")
                .post("/events")
                .then()
                .statusCode(403);
        kept(0);
    }

    private void arrive(RequestSpecification request, int status) {
        request.contentType("application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", "1")
                .header("ce-source", source)
                .header("ce-type", "a.type")
                .header("ce-knativeerrorcode", "503")
                .body("{}")
                .post("/events")
                .then()
                .statusCode(status);
    }

    private void kept(int letters) {
        as(Tokens.admin())
                .queryParam("source", source)
                .get("/dead-letters")
                .then()
                .statusCode(200)
                .body("items", hasSize(letters))
                .body("items.code.findAll { it != 503 }.size()", equalTo(0));
    }

    private static RequestSpecification as(String token) {
        return given().auth().oauth2(token);
    }
}
