/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.identity;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.oneOf;

import com.sun.net.httpserver.HttpsServer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.testkit.Certificate;
import shop.testkit.TlsResource;
import shop.testkit.Tokens;

/** A service in a cluster that gives its Triggers an identity. */
@QuarkusTest
@QuarkusTestResource(value = KnownSendersTest.Cluster.class, restrictToAnnotatedClass = true)
class KnownSendersTest {
    private static final String AUDIENCE = "shop/order-events";
    private static final String PING =
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"dev.knative.sources.ping\",\"data\":\"%s\"}";

    /** Its API server has the issuer's keys, and a certificate that only the cluster knows. */
    public static class Cluster implements QuarkusTestResourceLifecycleManager {
        private HttpsServer keys;

        @Override
        public Map<String, String> start() {
            Certificate certificate = Certificate.forLocalhost();
            try {
                keys = TlsResource.keysByHttps(certificate, Tokens.environment().get("CLUSTER_JWKS"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Map.of(
                    "CLUSTER_JWKS",
                    TlsResource.addressOf(keys),
                    "CLUSTER_CA",
                    certificate.certificate().toString(),
                    "SHOP_EVENT_AUDIENCE",
                    AUDIENCE,
                    "SHOP_BROKERS",
                    Tokens.triggersAccount("order-users") + "," + Tokens.triggersAccount("order-sweep"));
        }

        @Override
        public void stop() {
            keys.stop(0);
        }

        @Override
        public int order() {
            return 1; // after the resource that all tests of this module have
        }
    }

    @Test
    void theTriggersEventsAreTaken() {
        post("/events", as(Tokens.trigger("order-users", AUDIENCE))).statusCode(204);
        post("/events", as(Tokens.trigger("order-sweep", AUDIENCE))).statusCode(204);
    }

    /** The check is over before the body has come. */
    @Test
    void aLargeEventIsTakenAsAWhole() {
        as(Tokens.trigger("order-users", AUDIENCE))
                .contentType("application/cloudevents+json")
                .body(PING.formatted("a".repeat(900_000)))
                .post("/events")
                .then()
                .statusCode(204);
    }

    @Test
    void othersAreForbidden() {
        forbidden(given(), "no bearer token");
        forbidden(as("not.a.token"), "issuer");
        forbidden(as(Tokens.admin()), "issuer");
        forbidden(as(Tokens.people(Tokens.triggersAccount("order-users"), "broker")), "issuer");
        forbidden(as(Tokens.trigger("order-users", "shop/dead-letters")), "audience");
        forbidden(as(Tokens.trigger("order-users", Tokens.AUDIENCE)), "audience");
        forbidden(as(Tokens.trigger("refund-payment", AUDIENCE)), "subject");
    }

    @Test
    void thereIsNoWayAround() {
        for (String path : List.of("/events/", "//events", "/events;a=b", "/./events", "/%65vents", "/events?a=b")) {
            given().urlEncodingEnabled(false)
                    .contentType("application/cloudevents+json")
                    .body(PING)
                    .post(path)
                    .then()
                    .statusCode(is(oneOf(403, 404)));
        }
    }

    @Test
    void whatANewTokenOrKeyMayMendIsToBeTriedAgainAndNotThePeoples401() {
        JwtClaimsBuilder claims = Tokens.claims(Tokens.CLUSTER, Tokens.triggersAccount("order-users"))
                .audience(AUDIENCE);
        post("/events", as(Tokens.signByPeople(claims))).statusCode(503).body("type", endsWith("/unverified-broker"));
        post("/events", as(Tokens.signByCluster(claims.expiresAt(1)))).statusCode(503);
    }

    /** Keys that were made for events open nothing else. */
    @Test
    void anEventsTokenIsNobodysIdentity() {
        as(Tokens.trigger("order-users", AUDIENCE)).get("/me").then().statusCode(401);
    }

    @Test
    void otherOperationsAreNotConcerned() {
        as(Tokens.customer(UUID.randomUUID())).get("/me").then().statusCode(200);
    }

    private static RequestSpecification as(String token) {
        return given().auth().oauth2(token);
    }

    private static void forbidden(RequestSpecification request, String why) {
        post("/events", request)
                .statusCode(403)
                .contentType("application/problem+json")
                .body("detail", containsString(why));
    }

    private static ValidatableResponse post(String path, RequestSpecification request) {
        return request.contentType("application/cloudevents+json")
                .body(PING)
                .post(path)
                .then();
    }
}
