/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.jwt.build.Jwt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of an issuer in a file, which is replaced when they are, as a mounted ConfigMap is. */
class TrustedIssuersTest {
    private static final String ISSUER = "https://people.example";

    @TempDir
    Path directory;

    @Test
    void keysInAFileAreThoseThatItHoldsNow() throws Exception {
        PublicJsonWebKey first = key("first");
        PublicJsonWebKey second = key("second");
        write(first);
        var issuers = new TrustedIssuers(trusting(keys().toUri().toString()));
        assertEquals("ada", issuers.parse(token(first), null).getSubject());

        write(first, second);
        assertEquals("ada", issuers.parse(token(second), null).getSubject());
        assertEquals("ada", issuers.parse(token(first), null).getSubject());

        write(second);
        assertThrows(ParseException.class, () -> issuers.parse(token(first), null));
    }

    private static PublicJsonWebKey key(String id) throws Exception {
        PublicJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId(id);
        key.setAlgorithm("RS256");
        return key;
    }

    private static String token(PublicJsonWebKey key) {
        return Jwt.issuer(ISSUER)
                .subject("ada")
                .audience("shop")
                .expiresIn(60)
                .jws()
                .keyId(key.getKeyId())
                .sign(key.getPrivateKey());
    }

    private void write(PublicJsonWebKey... keys) throws Exception {
        Files.writeString(keys(), new JsonWebKeySet(keys).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
    }

    private Path keys() {
        return directory.resolve("keys.json");
    }

    private record Issuer(Optional<String> issuer, Optional<String> jwks, Optional<String> ca)
            implements Identities.Issuer {}

    private record Trusted(
            Identities.Issuer people,
            Identities.Issuer cluster,
            String audience,
            Optional<Set<String>> serviceAccounts,
            Optional<Set<String>> paymentAccounts,
            Optional<Set<String>> brokers,
            Optional<String> eventAudience)
            implements Identities {}

    private static Identities trusting(String jwks) {
        return new Trusted(
                new Issuer(Optional.of(ISSUER), Optional.of(jwks), Optional.empty()),
                new Issuer(Optional.empty(), Optional.empty(), Optional.empty()),
                "shop",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
