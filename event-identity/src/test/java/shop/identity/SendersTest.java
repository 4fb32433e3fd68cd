/* SPDX-License-Identifier: Apache-2.0 */
package shop.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.Certificate;
import shop.testkit.Tokens;

class SendersTest {
    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final String AUDIENCE = "shop/refund-payment";
    private static final String TRIGGER = Tokens.triggersAccount("refund-payment");
    private static final PublicJsonWebKey KEY = rsa("first");
    private static final PublicJsonWebKey NEXT_KEY = rsa("second");
    private static final PublicJsonWebKey INVENTED_KEY = rsa("invented");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "Basic c2hvcDpzaG9w", "Bearer", "Bearer ", "Bearer not.a.token", "Bearer a.b.c.d.e"})
    void whoHasNoTokenIsAStranger(String authorization) {
        assertStranger(senders(KEY).verify(authorization));
    }

    @Test
    void aTriggerIsKnownByItsToken() {
        assertInstanceOf(Verdict.Known.class, senders(KEY).verify(bearer(token(KEY, any -> {}))));
        // RFC 9110, 11.1: the scheme is case-insensitive.
        assertInstanceOf(Verdict.Known.class, senders(KEY).verify("bearer " + token(KEY, any -> {})));
    }

    @Test
    void anIssuerMaySignWithEllipticCurves() throws JoseException {
        PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        key.setKeyId("elliptic");
        String token = sign(
                claims(), AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256, key.getKeyId(), key.getPrivateKey());
        assertInstanceOf(Verdict.Known.class, senders(key).verify(bearer(token)));
    }

    @Test
    void otherClaimsAreAStrangers() {
        assertStranger(verdict(claims -> claims.setIssuer("https://evil.example")));
        assertStranger(verdict(claims -> claims.setAudience("shop/authorize-payment")));
        assertStranger(verdict(claims -> claims.setAudience("shop")));
        assertStranger(verdict(claims -> claims.unsetClaim("aud")));
        assertStranger(verdict(claims -> claims.setSubject(Tokens.triggersAccount("authorize-payment"))));
        assertStranger(verdict(claims -> claims.setSubject("system:serviceaccount:shop:refund-payment")));
        assertStranger(verdict(claims -> claims.unsetClaim("sub")));
        assertStranger(verdict(claims -> claims.setClaim("sub", 1)));
        assertStranger(verdict(claims -> claims.unsetClaim("exp")));
        assertStranger(verdict(claims -> claims.setClaim("exp", "never")));
    }

    @Test
    void aTokenThatIsNotValidNowMayBeMendedByANewOne() {
        assertUnverified(verdict(claims -> claims.setExpirationTimeMinutesInTheFuture(-1)));
        assertUnverified(verdict(claims -> claims.setNotBeforeMinutesInThePast(-2)));
    }

    @Test
    void anExpiredTokenOfAnotherIsNotMendedByANewOne() {
        assertStranger(verdict(claims -> {
            claims.setIssuer("https://evil.example");
            claims.setExpirationTimeMinutesInTheFuture(-1);
        }));
    }

    @Test
    void clocksMayDifferALittle() {
        assertInstanceOf(Verdict.Known.class, verdict(claims -> {
            NumericDate soon = NumericDate.now();
            soon.addSeconds(10);
            claims.setNotBefore(soon);
        }));
    }

    @Test
    void whatTheIssuerDidNotSignIsRefused() {
        String token = token(KEY, any -> {});
        for (String forged : List.of(
                sign(claims(), AlgorithmIdentifiers.RSA_USING_SHA256, KEY.getKeyId(), INVENTED_KEY.getPrivateKey()),
                token.substring(0, token.lastIndexOf('.') + 1),
                unsigned(),
                signedWithThePublicKeyAsASecret())) {
            assertInstanceOf(Verdict.Unknown.class, senders(KEY).verify(bearer(forged)));
        }
    }

    @Test
    void keysThatCannotBeReadMayBeReadLater() throws IOException {
        Path file = directory.resolve("keys.json");
        Senders senders = new Senders(trust(file.toUri(), null));
        String token = bearer(token(KEY, any -> {}));
        assertUnverified(senders.verify(token));
        Files.writeString(file, "no keys");
        assertUnverified(senders.verify(token));
        Files.writeString(file, jwks(KEY));
        assertInstanceOf(Verdict.Known.class, senders.verify(token));
    }

    @Test
    void keysOfAFileMayChange() throws IOException {
        Path file = Files.writeString(directory.resolve("keys with a space.json"), jwks(KEY));
        Senders senders = new Senders(trust(file.toUri(), null));
        assertInstanceOf(Verdict.Known.class, senders.verify(bearer(token(KEY, any -> {}))));
        assertUnverified(senders.verify(bearer(token(NEXT_KEY, any -> {}))));
        Files.writeString(file, jwks(NEXT_KEY));
        assertInstanceOf(Verdict.Known.class, senders.verify(bearer(token(NEXT_KEY, any -> {}))));
        assertUnverified(senders.verify(bearer(token(KEY, any -> {}))));
    }

    @Test
    void keysAreFetchedOnceAndAgainForAnUnknownOne() throws Exception {
        Certificate certificate = Certificate.forLocalhost();
        try (Issuer issuer = new Issuer(certificate)) {
            Senders senders = new Senders(trust(issuer.keys(), certificate.certificate()));
            assertEquals(0, issuer.asked(), "nothing is fetched before the first event");
            senders.verify(bearer(token(KEY, claims -> claims.setSubject("somebody"))));
            assertEquals(0, issuer.asked(), "no stranger makes us fetch keys");

            for (int i = 0; i < 3; i++) {
                assertInstanceOf(Verdict.Known.class, senders.verify(bearer(token(KEY, any -> {}))));
            }
            assertEquals(1, issuer.asked());

            issuer.publish(NEXT_KEY);
            Thread.sleep(1100); // as often as unknown key ids are looked for
            assertInstanceOf(Verdict.Known.class, senders.verify(bearer(token(NEXT_KEY, any -> {}))));
            assertEquals(2, issuer.asked());
            String invented = bearer(token(INVENTED_KEY, any -> {}));
            for (int i = 0; i < 100; i++) {
                assertUnverified(senders.verify(invented));
            }
            assertTrue(issuer.asked() < 10, "an invented key made us ask %d times".formatted(issuer.asked()));
        }
    }

    @Test
    void anIssuerThatIsDownMayComeBack() throws Exception {
        Certificate certificate = Certificate.forLocalhost();
        URI keys;
        try (Issuer issuer = new Issuer(certificate)) {
            keys = issuer.keys();
        }
        Senders senders = new Senders(trust(keys, certificate.certificate()));
        assertUnverified(senders.verify(bearer(token(KEY, any -> {}))));
    }

    @Test
    void keysAreTakenFromTheOneWithTheTrustedCertificateOnly() throws Exception {
        try (Issuer impostor = new Issuer(Certificate.forLocalhost())) {
            Path ca = Certificate.forLocalhost().certificate();
            assertUnverified(new Senders(trust(impostor.keys(), ca)).verify(bearer(token(KEY, any -> {}))));
            assertUnverified(new Senders(trust(impostor.keys(), null)).verify(bearer(token(KEY, any -> {}))));
            assertEquals(0, impostor.asked());
        }
    }

    /** An API server with a JWKS. */
    private static final class Issuer implements AutoCloseable {
        private final HttpsServer server;
        private final AtomicInteger asked = new AtomicInteger();
        private volatile String jwks = jwks(KEY);

        Issuer(Certificate certificate) throws IOException {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
            server.createContext("/openid/v1/jwks", exchange -> {
                try (exchange) {
                    asked.incrementAndGet();
                    exchange.sendResponseHeaders(200, jwks.length());
                    exchange.getResponseBody().write(jwks.getBytes());
                }
            });
            server.start();
        }

        URI keys() {
            return URI.create("https://localhost:%d/openid/v1/jwks"
                    .formatted(server.getAddress().getPort()));
        }

        int asked() {
            return asked.get();
        }

        void publish(PublicJsonWebKey key) {
            jwks = jwks(key);
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private Verdict verdict(Consumer<JwtClaims> change) {
        return senders(KEY).verify(bearer(token(KEY, change)));
    }

    private Senders senders(PublicJsonWebKey key) {
        try {
            Path file = Files.writeString(directory.resolve("keys.json"), jwks(key));
            return new Senders(trust(file.toUri(), null));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Trust trust(URI keys, Path ca) {
        return new Trust(ISSUER, keys, ca, AUDIENCE, Set.of(TRIGGER, Tokens.triggersAccount("another")));
    }

    private static void assertStranger(Verdict verdict) {
        assertInstanceOf(Verdict.Stranger.class, verdict);
    }

    private static void assertUnverified(Verdict verdict) {
        assertInstanceOf(Verdict.Unverified.class, verdict);
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setSubject(TRIGGER);
        claims.setAudience(AUDIENCE);
        claims.setExpirationTimeMinutesInTheFuture(60);
        return claims;
    }

    private static String token(PublicJsonWebKey key, Consumer<JwtClaims> change) {
        JwtClaims claims = claims();
        change.accept(claims);
        return sign(claims, AlgorithmIdentifiers.RSA_USING_SHA256, key.getKeyId(), key.getPrivateKey());
    }

    private static String sign(JwtClaims claims, String algorithm, String keyId, Key key) {
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload(claims.toJson());
        token.setAlgorithmHeaderValue(algorithm);
        token.setKeyIdHeaderValue(keyId);
        token.setKey(key);
        return serialized(token);
    }

    /** RFC 8725, 2.1 */
    private static String unsigned() {
        JsonWebSignature token = new JsonWebSignature();
        token.setAlgorithmConstraints(AlgorithmConstraints.ALLOW_ONLY_NONE);
        token.setPayload(claims().toJson());
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        return serialized(token);
    }

    /** The same section: a verifier that lets the token choose would take the public key for a shared one. */
    private static String signedWithThePublicKeyAsASecret() {
        Key publicKey = new HmacKey(KEY.getPublicKey().getEncoded());
        return sign(claims(), AlgorithmIdentifiers.HMAC_SHA256, KEY.getKeyId(), publicKey);
    }

    private static String serialized(JsonWebSignature token) {
        try {
            return token.getCompactSerialization();
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }

    private static PublicJsonWebKey rsa(String id) {
        try {
            PublicJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId(id);
            key.setUse("sig");
            key.setAlgorithm(AlgorithmIdentifiers.RSA_USING_SHA256);
            return key;
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }

    private static String jwks(PublicJsonWebKey key) {
        return new JsonWebKeySet(key).toJson(OutputControlLevel.PUBLIC_ONLY);
    }
}
