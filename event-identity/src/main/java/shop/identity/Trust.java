/* SPDX-License-Identifier: Apache-2.0 */
package shop.identity;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;

/**
 * The issuer and the senders whose tokens are trusted.
 *
 * @param issuer the claim {@code iss}, to the letter
 * @param keys the address of the issuer's keys: a {@code file:} or {@code https:} URL of a JWKS (RFC 7517)
 * @param ca a PEM file of the certificates to trust there, instead of the usual ones; null for these
 * @param audience the claim {@code aud}, which is the consumer's own, so that nobody who was sent a token can use it
 *     elsewhere
 * @param senders the claims {@code sub} that may deliver events: Triggers' service accounts
 */
public record Trust(String issuer, URI keys, Path ca, String audience, Set<String> senders) {}
