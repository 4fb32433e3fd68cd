/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIssuerTest {
    @TempDir
    Path keys;

    @Test
    void tokenOfAPersonIsVerifiedByTheJwks() throws Exception {
        var issuer = TokenIssuer.people(keys);
        var claims = verify(issuer.issue("42", "shop", List.of("admin"), Duration.ofHours(1)), issuer);
        assertEquals("42", claims.getSubject());
        assertEquals(List.of("admin"), claims.getStringListClaimValue("groups"));
        assertEquals(
                3600,
                claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue());
    }

    @Test
    void tokenOfAWorkloadHasNoGroups() throws Exception {
        var issuer = TokenIssuer.cluster(keys);
        var token = issuer.issue("system:serviceaccount:shop:orders", "shop", List.of(), Duration.ofHours(1));
        assertFalse(verify(token, issuer).hasClaim("groups"));
    }

    @Test
    void issuersDoNotVerifyEachOther() {
        var token = TokenIssuer.people(keys).issue("42", "shop", List.of("admin"), Duration.ofHours(1));
        assertThrows(InvalidJwtException.class, () -> verify(token, TokenIssuer.cluster(keys)));
    }

    @Test
    void keyIsKept() throws Exception {
        var token = TokenIssuer.people(keys).issue("42", "shop", List.of("customer"), Duration.ofHours(1));
        assertEquals("42", verify(token, TokenIssuer.people(keys)).getSubject());
    }

    @Test
    void keyMadeByManyAtOnceIsOne() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            Callable<String> open =
                    () -> Files.readString(TokenIssuer.people(keys).jwks());
            var jwks = threads
                    .invokeAll(IntStream.range(0, 4).mapToObj(i -> open).toList())
                    .stream()
                    .map(TokenIssuerTest::get)
                    .collect(Collectors.toSet());
            assertEquals(1, jwks.size());
        }
    }

    @Test
    void privateKeyIsNobodyElsesBusiness() throws IOException {
        TokenIssuer.people(keys);
        var permissions = Files.getPosixFilePermissions(keys.resolve("people.jwk"));
        assertEquals("rw-------", PosixFilePermissions.toString(permissions));
        assertFalse(Files.readString(keys.resolve("people.jwks")).contains("\"d\""));
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JwtClaims verify(String token, TokenIssuer issuer) throws Exception {
        var keys = new JsonWebKeySet(Files.readString(issuer.jwks())).getJsonWebKeys();
        return new JwtConsumerBuilder()
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(keys))
                .setExpectedIssuer(issuer.issuer())
                .setExpectedAudience("shop")
                .setRequireExpirationTime()
                .build()
                .processToClaims(token);
    }
}
