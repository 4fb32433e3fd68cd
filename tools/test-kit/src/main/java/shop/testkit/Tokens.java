/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** The two issuers that the services trust, and tokens of theirs: the people's signs by RS256, the cluster's by ES256. */
public final class Tokens {
    public static final String PEOPLE = "https://people.test.example";
    public static final String CLUSTER = "https://cluster.test.example";
    public static final String AUDIENCE = "shop";
    public static final String TRUSTED_ACCOUNT = "system:serviceaccount:shop:notify-customer";
    public static final String PAYMENT_ACCOUNT = "system:serviceaccount:shop:authorize-payment";

    private static final PublicJsonWebKey PEOPLE_KEY = rs256("people");
    private static final PublicJsonWebKey CLUSTER_KEY = es256("cluster");

    private Tokens() {}

    public static String customer(UUID userId) {
        return people(userId.toString(), "customer");
    }

    public static String admin() {
        return people(UUID.randomUUID().toString(), "admin");
    }

    /** A token of a person with this subject and these roles, valid for five minutes. */
    public static String people(String subject, String... roles) {
        return sign(claims(PEOPLE, subject).groups(Set.of(roles)), PEOPLE_KEY);
    }

    /** A token of a workload, as a projected service account token is. */
    public static String serviceAccount(String subject) {
        return sign(claims(CLUSTER, subject), CLUSTER_KEY);
    }

    /** The token that Knative Eventing sends with every delivery of this Trigger (pkg/auth/serviceaccount.go, token_provider.go). */
    public static String trigger(String name, String audience) {
        return signByCluster(claims(CLUSTER, triggersAccount(name)).audience(audience));
    }

    /** The subject of its tokens. */
    public static String triggersAccount(String name) {
        return "system:serviceaccount:shop:" + name + "-oidc-eventing.knative.dev-trigger";
    }

    /** Claims to be changed by a test, then signed by {@link #signByPeople} or {@link #signByCluster}. */
    public static JwtClaimsBuilder claims(String issuer, String subject) {
        return Jwt.issuer(issuer).subject(subject).audience(AUDIENCE).expiresIn(Duration.ofMinutes(5));
    }

    public static String signByPeople(JwtClaimsBuilder claims) {
        return sign(claims, PEOPLE_KEY);
    }

    public static String signByCluster(JwtClaimsBuilder claims) {
        return sign(claims, CLUSTER_KEY);
    }

    /** The variables that make a service trust these issuers. */
    public static Map<String, String> environment() {
        return Map.of(
                "PEOPLE_ISSUER", PEOPLE,
                "PEOPLE_JWKS", publicKeys(PEOPLE_KEY),
                "CLUSTER_ISSUER", CLUSTER,
                "CLUSTER_JWKS", publicKeys(CLUSTER_KEY),
                "SHOP_SERVICE_ACCOUNTS", TRUSTED_ACCOUNT,
                "SHOP_PAYMENT_ACCOUNTS", PAYMENT_ACCOUNT);
    }

    private static String sign(JwtClaimsBuilder claims, PublicJsonWebKey key) {
        return claims.jws().keyId(key.getKeyId()).sign(key.getPrivateKey());
    }

    private static PublicJsonWebKey rs256(String id) {
        try {
            return signing(RsaJwkGenerator.generateJwk(2048), id, "RS256");
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PublicJsonWebKey es256(String id) {
        try {
            return signing(EcJwkGenerator.generateJwk(EllipticCurves.P256), id, "ES256");
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PublicJsonWebKey signing(PublicJsonWebKey key, String id, String algorithm) {
        key.setKeyId(id);
        key.setAlgorithm(algorithm);
        key.setUse("sig");
        return key;
    }

    private static String publicKeys(PublicJsonWebKey key) {
        try {
            Path file = Files.createTempFile("keys of " + key.getKeyId(), ".json"); // a URL has to encode the spaces
            file.toFile().deleteOnExit();
            Files.writeString(file, new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
            return file.toUri().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
