package shop.functions;

import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import shop.identity.SenderCheck;
import shop.identity.Trust;

/** Where the cluster gives its Triggers an identity, events are taken from known ones only. */
@Singleton
class KnownSenders {
    /** After {@link Failures}, before everything else. */
    private static final int FIRST = Integer.MIN_VALUE + 1;

    private final Optional<Set<String>> senders;
    private final Optional<String> audience;
    private final Optional<String> issuer;
    private final Optional<String> keys;
    private final Optional<String> ca;

    KnownSenders(
            @ConfigProperty(name = "SHOP_BROKERS") Optional<Set<String>> senders,
            @ConfigProperty(name = "SHOP_EVENT_AUDIENCE") Optional<String> audience,
            @ConfigProperty(name = "CLUSTER_ISSUER") Optional<String> issuer,
            @ConfigProperty(name = "CLUSTER_JWKS") Optional<String> keys,
            @ConfigProperty(name = "CLUSTER_CA") Optional<String> ca) {
        this.senders = senders;
        this.audience = audience;
        this.issuer = issuer;
        this.keys = keys;
        this.ca = ca;
    }

    void install(@Observes Router router, Failures failures) {
        senders.ifPresent(
                known -> router.route().order(FIRST).handler(new SenderCheck(trust(known), failures::refuse)));
    }

    private Trust trust(Set<String> known) {
        return new Trust(
                needed("CLUSTER_ISSUER", issuer),
                URI.create(needed("CLUSTER_JWKS", keys)),
                ca.map(Path::of),
                needed("SHOP_EVENT_AUDIENCE", audience),
                known);
    }

    private static String needed(String setting, Optional<String> value) {
        return value.orElseThrow(() -> new IllegalStateException("set " + setting + ", which SHOP_BROKERS needs"));
    }
}
