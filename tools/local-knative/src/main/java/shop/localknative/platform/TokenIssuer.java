/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/**
 * Signs tokens as an OpenID provider or a cluster's API server does: RS256, with a key that is made once and a JWKS
 * (RFC 7517) that verifies it.
 *
 * @param jwks the public keys
 */
public record TokenIssuer(String issuer, RsaJsonWebKey key, Path jwks) {
    /** The company's issuer, for people. */
    public static TokenIssuer people(Path keys) {
        return open("https://people.example", keys, "people");
    }

    /** The cluster's issuer, for service accounts. */
    public static TokenIssuer cluster(Path keys) {
        return open("https://kubernetes.default.svc.cluster.local", keys, "cluster");
    }

    private static TokenIssuer open(String issuer, Path keys, String name) {
        try {
            var key = (RsaJsonWebKey)
                    JsonWebKey.Factory.newJwk(PrivateFile.readOrMake(keys.resolve(name + ".jwk"), TokenIssuer::newKey));
            var jwks = keys.resolve(name + ".jwks");
            PrivateFile.readOrMake(jwks, () -> new JsonWebKeySet(key).toJson(OutputControlLevel.PUBLIC_ONLY));
            return new TokenIssuer(issuer, key, jwks);
        } catch (JoseException e) {
            throw new IllegalStateException("%s/%s.jwk is not a key".formatted(keys, name), e);
        }
    }

    private static String newKey() {
        try {
            var key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId(UUID.randomUUID().toString());
            key.setUse("sig");
            key.setAlgorithm(AlgorithmIdentifiers.RSA_USING_SHA256);
            return key.toJson(OutputControlLevel.INCLUDE_PRIVATE);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A signed token. {@code groups} are the roles of a person, and empty for a workload. */
    public String issue(String subject, String audience, List<String> groups, Duration valid) {
        var now = Instant.now();
        var claims = new JwtClaims();
        claims.setIssuer(issuer);
        claims.setSubject(subject);
        claims.setAudience(List.of(audience));
        claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(now.plus(valid).getEpochSecond()));
        claims.setGeneratedJwtId();
        if (!groups.isEmpty()) {
            claims.setStringListClaim("groups", groups);
        }
        var token = new JsonWebSignature();
        token.setHeader("typ", "JWT");
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        token.setKeyIdHeaderValue(key.getKeyId());
        token.setKey(key.getPrivateKey());
        token.setPayload(claims.toJson());
        try {
            return token.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }
}
