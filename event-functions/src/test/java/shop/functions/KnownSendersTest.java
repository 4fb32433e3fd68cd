/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpsServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import shop.events.EventTypes;
import shop.functions.Event.Mode;
import shop.functions.Party.Answer;
import shop.testkit.Certificate;
import shop.testkit.TlsResource;
import shop.testkit.Tokens;

/** A function in a cluster that gives its Triggers an identity. */
@QuarkusTest
@TestProfile(Exported.RefundPaymentToKnownSenders.class)
@WithTestResource(Outside.class)
@WithTestResource(KnownSendersTest.Cluster.class)
class KnownSendersTest {
    private static final String AUDIENCE = "shop/refund-payment";

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
                    certificate.certificate().toString());
        }

        @Override
        public void stop() {
            keys.stop(0);
        }
    }

    private final UUID order = UUID.randomUUID();
    private final Event event =
            Event.of(EventTypes.REFUND_REQUESTED, EventTypes.ORDER_SERVICE, order, """
            {"orderId": "%s"}""".formatted(order));

    Outside outside;

    @ParameterizedTest
    @EnumSource
    void theTriggersEventsAreTaken(Mode mode) {
        outside.orderService.answers(Answer.json(200, "{\"status\": \"EXPIRED\"}"));
        outside.paymentProvider.answers(Answer.json(200, "{}"));
        event.deliver(mode, bearer(Tokens.trigger("refund-payment", AUDIENCE)))
                .then()
                .statusCode(200);
        assertEquals(1, outside.paymentProvider.asked(order).size());
    }

    /** The check is over before the body has come. */
    @ParameterizedTest
    @EnumSource
    void aLargeEventIsTakenAsAWhole(Mode mode) {
        outside.orderService.answers(Answer.json(200, "{\"status\": \"EXPIRED\"}"));
        outside.paymentProvider.answers(Answer.json(200, "{}"));
        new Event(event.attributes(), """
                {"orderId": "%s", "reason": "%s"}""".formatted(order, "a".repeat(900_000)))
                .deliver(mode, bearer(Tokens.trigger("refund-payment", AUDIENCE)))
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @EnumSource
    void othersAreForbidden(Mode mode) {
        refused(event.deliver(mode), 403, "no bearer token");
        for (String token : List.of(
                "not.a.token",
                Tokens.admin(),
                Tokens.people(Tokens.triggersAccount("refund-payment"), "broker"),
                Tokens.trigger("refund-payment", "shop/authorize-payment"),
                Tokens.trigger("refund-payment", Tokens.AUDIENCE),
                Tokens.trigger("authorize-payment", AUDIENCE),
                Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT))) {
            refused(event.deliver(mode, bearer(token)), 403, "known Triggers only");
        }
        assertEquals(List.of(), outside.paymentProvider.asked(order));
    }

    @ParameterizedTest
    @EnumSource
    void whatANewTokenOrKeyMayMendIsToBeTriedAgain(Mode mode) {
        JwtClaimsBuilder claims = Tokens.claims(Tokens.CLUSTER, Tokens.triggersAccount("refund-payment"))
                .audience(AUDIENCE);
        refused(event.deliver(mode, bearer(Tokens.signByPeople(claims))), 503, "key");
        refused(event.deliver(mode, bearer(Tokens.signByCluster(claims.expiresAt(1)))), 503, "not valid now");
        assertEquals(List.of(), outside.paymentProvider.asked(order));
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    private static void refused(Response response, int status, String detail) {
        response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("status", is(status))
                .body("detail", containsString(detail));
    }
}
