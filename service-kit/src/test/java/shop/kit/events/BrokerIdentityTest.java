package shop.kit.events;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import com.sun.net.httpserver.HttpsServer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.testkit.Certificate;
import shop.testkit.TlsResource;
import shop.testkit.Tokens;

/** Where the cluster gives its triggers an identity, events are taken from them only. */
@QuarkusTest
@QuarkusTestResource(value = BrokerIdentityTest.Cluster.class, restrictToAnnotatedClass = true)
class BrokerIdentityTest {
    private static final String TRIGGER = "system:serviceaccount:shop:order-users-oidc-eventing.knative.dev-trigger";

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
                    "SHOP_BROKERS",
                    TRIGGER + ",system:serviceaccount:shop:another");
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
        post(as(Tokens.serviceAccount(TRIGGER))).statusCode(204);
    }

    @Test
    void othersAreForbidden() {
        post(given()).statusCode(403).body("detail", containsString("SHOP_BROKERS"));
        post(as(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT))).statusCode(403);
        post(as(Tokens.admin())).statusCode(403);
        post(as(Tokens.people(TRIGGER, "broker"))).statusCode(403);
    }

    @Test
    void aTokenThatCannotBeVerifiedIsToBeTriedAgainAndNotThePeoples401() {
        post(as("not.a.token")).statusCode(503);
        post(as(Tokens.signByPeople(Tokens.claims(Tokens.CLUSTER, TRIGGER)))).statusCode(503);
    }

    @Test
    void otherOperationsAreNotConcerned() {
        as(Tokens.customer(UUID.randomUUID())).get("/me").then().statusCode(200);
    }

    private static RequestSpecification as(String token) {
        return given().auth().oauth2(token);
    }

    private static ValidatableResponse post(RequestSpecification request) {
        return request.contentType("application/cloudevents+json")
                .body(
                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"dev.knative.sources.ping\"}")
                .post("/events")
                .then();
    }
}
