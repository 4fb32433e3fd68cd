/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.oneOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import shop.events.EventTypes;

/** Every consumer of events takes those of its own Triggers, and nobody else's. */
@ExtendWith(ShopExtension.class)
class EventIdentityIT {
    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final Duration VALID = Duration.ofMinutes(5);
    private static final PublicJsonWebKey INVENTED_KEY = newKey();
    private static final Manifests MANIFESTS = Manifests.of("k8s/overlays/local");

    /**
     * Whom events are delivered to.
     *
     * @param trigger one that delivers there
     * @param stranger one that does not
     */
    record Consumer(String service, String path, String audience, String trigger, String stranger) {
        static Consumer of(JsonNode destination) {
            String service = destination.at("/ref/name").asText();
            Set<String> known = MANIFESTS
                    .pods()
                    .filter(pod -> Manifests.name(pod.owner()).equals(service))
                    .findFirst()
                    .map(pod -> Set.copyOf(
                            Arrays.asList(pod.variable("SHOP_BROKERS").split(","))))
                    .orElseThrow();
            return new Consumer(
                    service,
                    destination.path("uri").asText("/"),
                    destination.get("audience").asText(),
                    known.iterator().next(),
                    triggers()
                            .filter(trigger -> !known.contains(trigger))
                            .findFirst()
                            .orElse("system:serviceaccount:other:refund-payment-oidc-eventing.knative.dev-trigger"));
        }

        private static Stream<String> triggers() {
            return MANIFESTS.ofKind("Trigger").map(Manifests::name).map(EventIdentityIT::account);
        }

        @Override
        public String toString() {
            return service;
        }
    }

    private final Shop shop;
    private final PublicJsonWebKey cluster;

    EventIdentityIT(Shop shop) {
        this.shop = shop;
        try {
            cluster = PublicJsonWebKey.Factory.newPublicJwk(
                    Files.readString(shop.knative().clusterKey()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Consumer> consumers() {
        return MANIFESTS
                .ofKind("Trigger")
                .flatMap(trigger ->
                        Stream.of(trigger.at("/spec/subscriber"), trigger.at("/spec/delivery/deadLetterSink")))
                .map(Consumer::of)
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("consumers")
    void strangersAreRefused(Consumer consumer) {
        refused(post(consumer, null), 403);
        refused(post(consumer, "not.a.token"), 403);
        refused(post(consumer, shop.adminToken()), 403);
        refused(post(consumer, token(consumer.stranger(), consumer.audience(), VALID)), 403);
        refused(post(consumer, token(consumer.trigger(), "shop", VALID)), 403);
        refused(post(consumer, token(consumer.trigger(), "shop/another", VALID)), 403);
    }

    /** By a broker, with a new token or when the keys are there. */
    @ParameterizedTest
    @MethodSource("consumers")
    void whatCannotBeVerifiedNowIsToBeTriedAgain(Consumer consumer) {
        refused(post(consumer, token(consumer.trigger(), consumer.audience(), Duration.ofHours(-1))), 503);
        refused(post(consumer, token(INVENTED_KEY, "invented", consumer.trigger(), consumer.audience(), VALID)), 503);
    }

    /** It is of a type that nobody knows, so it is not handled; but it is let in. */
    @ParameterizedTest
    @MethodSource("consumers")
    void whoIsKnownIsLetIn(Consumer consumer) {
        post(consumer, token(consumer.trigger(), consumer.audience(), VALID)).statusCode(is(oneOf(204, 400)));
    }

    @Test
    void aStrangersRequestForARefundRefundsNothing() {
        String order = shop.placeOrder(shop.registerCustomer(), shop.stockProduct(1), "tok_ok");
        shop.awaitStatus("CONFIRMED", order);
        String account = account("refund-payment");
        String audience = "shop/refund-payment";

        refused(requestRefund(order, null), 403);
        for (String token : List.of(
                shop.adminToken(),
                token(account("authorize-payment"), audience, VALID),
                token(account, "shop/dead-letters", VALID),
                token(INVENTED_KEY, cluster.getKeyId(), account, audience, VALID))) {
            refused(requestRefund(order, token), 403);
        }
        refused(requestRefund(order, token(account, audience, Duration.ofHours(-1))), 503);
        assertEquals(Shop.PRICE, shop.paidFor(order));

        // Nor does one of the Trigger's own: the order stands.
        refused(requestRefund(order, token(account, audience, VALID)), 400);
        assertEquals(Shop.PRICE, shop.paidFor(order));
        assertEquals("CONFIRMED", shop.statusOf(order));

        shop.adminTo("order-service").post("/orders/{id}/cancel", order).then().statusCode(200);
        requestRefund(order, token(account, audience, VALID)).statusCode(200);
        assertEquals(0, shop.paidFor(order));
    }

    private ValidatableResponse requestRefund(String order, String token) {
        return post("refund-payment", "/", token, EventTypes.REFUND_REQUESTED, Map.of("orderId", order));
    }

    private ValidatableResponse post(Consumer consumer, String token) {
        return post(consumer.service(), consumer.path(), token, "shop.test.unknown.v1", Map.of());
    }

    private ValidatableResponse post(String service, String path, String token, String type, Map<String, String> data) {
        var request = shop.anyoneTo(service);
        if (token != null) {
            request.auth().oauth2(token);
        }
        return request.contentType("application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", UUID.randomUUID())
                .header("ce-source", "/strangers")
                .header("ce-type", type)
                .body(data)
                .post(path)
                .then();
    }

    private static void refused(ValidatableResponse response, int status) {
        response.statusCode(status).contentType("application/problem+json");
    }

    private static String account(String trigger) {
        return "system:serviceaccount:shop:%s-oidc-eventing.knative.dev-trigger".formatted(trigger);
    }

    private String token(String subject, String audience, Duration valid) {
        return token(cluster, cluster.getKeyId(), subject, audience, valid);
    }

    /** @param keyId which the token claims to be signed with */
    private static String token(PublicJsonWebKey key, String keyId, String subject, String audience, Duration valid) {
        NumericDate end = NumericDate.now();
        end.addSeconds(valid.toSeconds());
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setSubject(subject);
        claims.setAudience(audience);
        claims.setExpirationTime(end);
        JsonWebSignature token = new JsonWebSignature();
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        token.setKeyIdHeaderValue(keyId);
        token.setKey(key.getPrivateKey());
        token.setPayload(claims.toJson());
        try {
            return token.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PublicJsonWebKey newKey() {
        try {
            return RsaJwkGenerator.generateJwk(2048);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }
}
