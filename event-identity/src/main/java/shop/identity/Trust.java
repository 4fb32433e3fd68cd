package shop.identity;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Whose tokens are trusted.
 *
 * @param issuer the claim {@code iss}, to the letter
 * @param keys where the issuer's keys are: a {@code file:} or {@code https:} URL of a JWKS (RFC 7517)
 * @param ca a PEM file of the certificates to trust there, instead of the usual ones
 * @param audience the claim {@code aud}: who a token was made for. It is the consumer's own, so that nobody who was sent a
 *     token can use it elsewhere
 * @param senders the claims {@code sub} that may deliver events: Triggers' service accounts
 */
public record Trust(String issuer, URI keys, Optional<Path> ca, String audience, Set<String> senders) {}
