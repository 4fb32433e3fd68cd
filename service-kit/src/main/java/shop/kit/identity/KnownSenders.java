/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.identity;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import shop.identity.SenderCheck;
import shop.identity.Trust;
import shop.identity.Verdict;
import shop.kit.http.ExposureFilter;
import shop.kit.http.Problem;
import shop.kit.http.RouterProblems;

/**
 * Where the cluster gives its Triggers an identity, {@code /events} takes events from known ones only. The check comes before
 * every resource, so that no resource can forget it.
 */
@ApplicationScoped
class KnownSenders {
    private final Identities identities;
    private final RouterProblems problems;

    KnownSenders(Identities identities, RouterProblems problems) {
        this.identities = identities;
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        if (identities.brokers().isPresent()) {
            SenderCheck check = new SenderCheck(trust(), this::refuse);
            filters.register(
                    context -> {
                        if (ExposureFilter.isForEvents(context)) {
                            check.handle(context);
                        } else {
                            context.next();
                        }
                    },
                    ExposureFilter.BEFORE_EVERYTHING - 1);
        }
    }

    private Trust trust() {
        Identities.Issuer cluster = identities.cluster();
        return new Trust(
                needed("CLUSTER_ISSUER", cluster.issuer()),
                URI.create(needed("CLUSTER_JWKS", cluster.jwks())),
                cluster.ca().map(Path::of).orElse(null),
                needed("SHOP_EVENT_AUDIENCE", identities.eventAudience()),
                identities.brokers().orElseThrow());
    }

    private void refuse(RoutingContext context, Verdict.Unknown sender) {
        problems.answer(
                context,
                switch (sender) {
                    case Verdict.Stranger stranger -> Problem.forbidden(stranger.why());
                    case Verdict.Unverified unverified ->
                        Problem.because(503, "unverified-broker", "Unverified broker", unverified.why());
                });
    }

    private static String needed(String variable, Optional<String> value) {
        return value.orElseThrow(() -> new IllegalStateException("SHOP_BROKERS is set, but not " + variable));
    }
}
