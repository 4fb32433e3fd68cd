/* SPDX-License-Identifier: Apache-2.0 */
package shop.identity;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import org.jose4j.http.Get;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Verifies by the bearer token of a request that one of the known Triggers sends it. Knative Eventing makes a service account
 * for each Trigger and sends its token with every delivery, for the audience that the Trigger names.
 */
public final class Senders {
    private static final String BEARER = "Bearer ";
    private static final String ONLY = "Events are taken from known Triggers only: ";

    /** Between the clocks of the cluster. */
    private static final int CLOCK_SKEW_SECONDS = 30;

    /** For connecting and for reading; both together are far shorter than a Trigger waits. */
    private static final int FETCH_TIMEOUT = (int) Duration.ofSeconds(3).toMillis();

    /** The least time between two fetches for unknown key ids, since anybody can invent those. */
    private static final long FETCH_PAUSE = Duration.ofSeconds(1).toMillis();

    private final Set<String> senders;
    private final JwtConsumer claims;
    private final JwtConsumer signature;

    /** @throws UncheckedIOException if the certificates to trust can't be read */
    public Senders(Trust trust) {
        senders = trust.senders();
        claims = new JwtConsumerBuilder()
                .setSkipSignatureVerification()
                .setExpectedIssuer(trust.issuer())
                .setExpectedAudience(trust.audience())
                .setRequireSubject()
                .setRequireExpirationTime()
                .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                .build();
        signature = new JwtConsumerBuilder()
                .setSkipAllValidators()
                .setVerificationKeyResolver(keys(trust.keys(), trust.ca()))
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT,
                        AlgorithmIdentifiers.RSA_USING_SHA256,
                        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256)
                .build();
    }

    /**
     * Blocks while keys are fetched.
     *
     * @param authorization the header of the request (RFC 6750, 2.1), or null
     */
    public Verdict verify(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return new Verdict.Stranger(ONLY + "the request has no bearer token.");
        }
        try {
            // Claims first: no key is looked for to verify what would be refused anyway.
            JwtContext token =
                    claims.process(authorization.substring(BEARER.length()).strip());
            if (!senders.contains(token.getJwtClaims().getSubject())) {
                return new Verdict.Stranger(ONLY + "the token's subject is none of them.");
            }
            signature.processContext(token);
            return new Verdict.Known();
        } catch (InvalidJwtException e) {
            return verdict(e);
        } catch (MalformedClaimException e) {
            return new Verdict.Stranger(ONLY + "the token's subject is no text.");
        }
    }

    private static Verdict verdict(InvalidJwtException e) {
        if (e.getCause() instanceof UnresolvableKeyException) {
            return new Verdict.Unverified("The key of the token's issuer is not known (now).");
        }
        boolean ofUs = !e.hasErrorCode(ErrorCodes.ISSUER_INVALID) && !e.hasErrorCode(ErrorCodes.AUDIENCE_INVALID);
        if (ofUs && (e.hasExpired() || e.hasErrorCode(ErrorCodes.NOT_YET_VALID))) {
            return new Verdict.Unverified("The token is not valid now.");
        }
        return new Verdict.Stranger(ONLY + "the token is none of this issuer for this audience.");
    }

    private static VerificationKeyResolver keys(URI location, Path ca) {
        return "file".equals(location.getScheme()) ? ofFile(Path.of(location)) : fetched(location, ca);
    }

    /** Read at each token, since it may be written anew. */
    private static VerificationKeyResolver ofFile(Path file) {
        return (token, nesting) -> {
            try {
                return new JwksVerificationKeyResolver(new JsonWebKeySet(Files.readString(file)).getJsonWebKeys())
                        .resolveKey(token, nesting);
            } catch (IOException | JoseException e) {
                throw new UnresolvableKeyException("No key for this token in " + file, e);
            }
        };
    }

    /** Kept for as long as the issuer says, and fetched again when a key id is unknown. */
    private static VerificationKeyResolver fetched(URI location, Path ca) {
        Get get = new Get();
        get.setConnectTimeout(FETCH_TIMEOUT);
        get.setReadTimeout(FETCH_TIMEOUT);
        get.setRetries(0); // the broker does
        if (ca != null) {
            get.setTrustedCertificates(certificates(ca));
        }
        HttpsJwks keys = new HttpsJwks(location.toString());
        keys.setSimpleHttpGet(get);
        keys.setRefreshReprieveThreshold(FETCH_PAUSE);
        return new HttpsJwksVerificationKeyResolver(keys);
    }

    private static Collection<X509Certificate> certificates(Path pem) {
        try (InputStream file = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(file).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateException e) {
            throw new IllegalArgumentException(pem + " has no certificates in PEM", e);
        }
    }
}
