/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.net.URI;
import java.util.Optional;
import java.util.function.Function;
import shop.localknative.network.Addresses;

/** The destination to which a Trigger or a PingSource sends events. */
record Sink(HasMetadata sender, Destination destination, Resolver resolver) {
    /** Finds the addresses of destinations, and the service accounts of their senders. */
    record Resolver(Function<Destination, URI> addresses, ServiceAccounts accounts) {}

    /** On this machine, for now. */
    URI address() {
        return resolver.addresses().apply(destination);
    }

    /** The token that the sender shows to a destination with an audience. */
    Optional<String> token() {
        return Optional.ofNullable(destination.getAudience())
                .filter(audience -> !audience.isEmpty())
                .map(audience -> resolver.accounts().token(sender, audience));
    }

    /** The URL in a cluster, which stays the same over restarts; {@code knativeerrordest} has it. */
    URI url() {
        return Addresses.clusterUrl(destination);
    }
}
