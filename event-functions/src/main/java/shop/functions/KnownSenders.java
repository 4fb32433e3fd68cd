/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.smallrye.config.ConfigMapping;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import shop.identity.SenderCheck;
import shop.identity.Trust;

/** Where the cluster gives its Triggers an identity, events are taken from known ones only. */
@Singleton
class KnownSenders {
    /** After {@link Failures}, before everything else. */
    private static final int FIRST = Integer.MIN_VALUE + 1;

    /** Without subjects, events are taken from everybody. */
    @ConfigMapping(prefix = "shop.senders")
    interface Identity {
        Optional<Set<String>> subjects();

        Optional<String> audience();

        Optional<String> issuer();

        Optional<String> jwks();

        Optional<Path> ca();
    }

    private final Identity identity;

    KnownSenders(Identity identity) {
        this.identity = identity;
    }

    void install(@Observes Router router, Failures failures) {
        identity.subjects()
                .ifPresent(
                        known -> router.route().order(FIRST).handler(new SenderCheck(trust(known), failures::refuse)));
    }

    private Trust trust(Set<String> known) {
        return new Trust(
                needed("CLUSTER_ISSUER", identity.issuer()),
                URI.create(needed("CLUSTER_JWKS", identity.jwks())),
                identity.ca().orElse(null),
                needed("SHOP_EVENT_AUDIENCE", identity.audience()),
                known);
    }

    private static String needed(String setting, Optional<String> value) {
        return value.orElseThrow(() -> new IllegalStateException("set " + setting + ", which SHOP_BROKERS needs"));
    }
}
