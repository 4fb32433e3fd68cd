package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.net.URI;
import java.util.Optional;
import java.util.function.Function;
import shop.localknative.network.Addresses;

/** Where a Trigger or a PingSource sends events. */
record Sink(HasMetadata sender, Destination destination, Directory directory) {

    /** What is known of destinations: their addresses, and who their senders are to them. */
    record Directory(Function<Destination, URI> addresses, ServiceAccounts accounts) {}

    /** On this machine, for now. */
    URI address() {
        return directory.addresses().apply(destination);
    }

    /** What the sender shows to a destination that names an audience. */
    Optional<String> token() {
        return Optional.ofNullable(destination.getAudience())
                .filter(audience -> !audience.isEmpty())
                .map(audience -> directory.accounts().token(sender, audience));
    }

    /** Its URL in a cluster, which stays the same over restarts: what {@code knativeerrordest} says. */
    URI name() {
        return Addresses.clusterUrl(destination);
    }
}
