/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.Set;

/** The issuers whose tokens are trusted. Without an issuer of a kind, no token of that kind is trusted. */
@ConfigMapping(prefix = "shop.identity")
interface Identities {
    /** The company's, for people: their roles stand in the claim {@code groups}. */
    Issuer people();

    /** The cluster's, for workloads. */
    Issuer cluster();

    /** The {@code aud} that every token must name, but those of {@link #brokers}. */
    @WithDefault("shop")
    String audience();

    /** Subjects of the cluster's tokens that have the role {@code service}. */
    Optional<Set<String>> serviceAccounts();

    /** Subjects of the cluster's tokens that have the role {@code payment}. */
    Optional<Set<String>> paymentAccounts();

    /** Subjects of the cluster's tokens that may deliver events. Without any, whoever reaches {@code /events} may. */
    Optional<Set<String>> brokers();

    /** The {@code aud} of the tokens of {@link #brokers}. It is this consumer's alone: what another was sent is no good here. */
    Optional<String> eventAudience();

    interface Issuer {
        /** The claim {@code iss}, to the letter. */
        Optional<String> issuer();

        /** The address of the issuer's keys: a {@code file:} or {@code https:} URL of a JWKS (RFC 7517). */
        Optional<String> jwks();

        /** A PEM file of the certificates to trust where the keys are, instead of the usual ones. */
        Optional<String> ca();
    }
}
