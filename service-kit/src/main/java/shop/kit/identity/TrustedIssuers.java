/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.identity;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.ParseException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/**
 * Verifies a bearer token by the keys of the issuer that it names, and grants the roles that this issuer may give: the
 * people's {@code customer} and {@code admin}, the cluster's {@code service} and {@code payment}, by subject. (SmallRye knows one issuer only.)
 */
@Alternative
@Priority(1)
@ApplicationScoped
class TrustedIssuers extends JWTCallerPrincipalFactory {
    private static final Set<String> PEOPLES_ROLES = Set.of(Caller.CUSTOMER, Caller.ADMIN);

    private record Trust(
            JWTAuthContextInfo rules,
            Supplier<DefaultJWTTokenParser> parser,
            Function<JwtClaims, List<String>> roles) {}

    private final List<Trust> trusted = new ArrayList<>();

    TrustedIssuers(Identities identities) {
        Map<String, Set<String>> accounts = Map.of(
                Caller.SERVICE, identities.serviceAccounts().orElse(Set.of()),
                Caller.PAYMENT, identities.paymentAccounts().orElse(Set.of()));
        trust(
                identities.people(),
                identities.audience(),
                claims ->
                        groups(claims).stream().filter(PEOPLES_ROLES::contains).toList());
        trust(
                identities.cluster(),
                identities.audience(),
                claims -> accounts.keySet().stream()
                        .filter(role -> accounts.get(role).contains(subject(claims)))
                        .toList());
    }

    @Override
    public JWTCallerPrincipal parse(String token, JWTAuthContextInfo ofOneIssuer) throws ParseException {
        String issuer = claimedIssuer(token);
        for (Trust trust : trusted) {
            if (trust.rules().getIssuedBy().equals(issuer)) {
                JwtClaims claims = claims(token, trust);
                if (subject(claims).isEmpty()) {
                    throw new ParseException("The token names no subject");
                }
                claims.setStringListClaim("groups", trust.roles().apply(claims));
                return new DefaultJWTCallerPrincipal(claims);
            }
        }
        throw new ParseException("The token's issuer is not trusted");
    }

    private static JwtClaims claims(String token, Trust trust) throws ParseException {
        try {
            return trust.parser().get().parse(token, trust.rules()).getJwtClaims();
        } catch (RuntimeException e) { // claims of another type than the parser casts them to
            throw new ParseException("Not a token of ours", e);
        }
    }

    private void trust(Identities.Issuer issuer, String audience, Function<JwtClaims, List<String>> roles) {
        if (issuer.issuer().isPresent() && issuer.jwks().isPresent()) {
            JWTAuthContextInfo rules = new JWTAuthContextInfo(
                    location(issuer.jwks().get()), issuer.issuer().get());
            rules.setSignatureAlgorithm(Set.of(SignatureAlgorithm.RS256, SignatureAlgorithm.ES256));
            rules.setExpectedAudience(Set.of(audience));
            issuer.ca().ifPresent(rules::setTlsCertificatePath);
            trusted.add(new Trust(rules, parser(issuer.jwks().get()), roles));
        }
    }

    /**
     * A parser fetches keys from a server again when a key id is unknown to it, but reads a file once. Keys in a file are
     * therefore read for each token: so new ones are known, and removed ones unknown, at once.
     */
    private static Supplier<DefaultJWTTokenParser> parser(String jwks) {
        DefaultJWTTokenParser kept = new DefaultJWTTokenParser();
        return jwks.startsWith("file:") ? DefaultJWTTokenParser::new : () -> kept;
    }

    /** SmallRye takes what follows {@code file:} for a path as it is, and so would not find one with a space in it. */
    private static String location(String jwks) {
        return jwks.startsWith("file:") ? "file:" + Path.of(URI.create(jwks)) : jwks;
    }

    /** Read before the signature is verified: it only chooses the keys to verify with. */
    private static String claimedIssuer(String token) throws ParseException {
        try {
            return new JwtConsumerBuilder()
                    .setSkipAllValidators()
                    .setDisableRequireSignature()
                    .setSkipSignatureVerification()
                    .build()
                    .processToClaims(token)
                    .getIssuer();
        } catch (InvalidJwtException | MalformedClaimException e) {
            throw new ParseException("Not a JWT", e);
        }
    }

    private static List<String> groups(JwtClaims claims) {
        try {
            return claims.hasClaim("groups") ? claims.getStringListClaimValue("groups") : List.of();
        } catch (MalformedClaimException e) {
            return List.of();
        }
    }

    private static String subject(JwtClaims claims) {
        try {
            return Objects.requireNonNullElse(claims.getSubject(), "");
        } catch (MalformedClaimException e) {
            return "";
        }
    }
}
