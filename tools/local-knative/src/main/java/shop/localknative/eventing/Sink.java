package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.duck.v1.DestinationBuilder;
import io.fabric8.knative.duck.v1.KReference;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.net.URI;
import java.util.Optional;
import java.util.function.Function;
import shop.localknative.eventing.InvalidResource.InvalidField;
import shop.localknative.manifests.FieldPath;

/** Where a Trigger or a PingSource sends events. */
record Sink(HasMetadata sender, Destination destination, Directory directory) {

    /** What is known of destinations: their addresses, and who their senders are to them. */
    record Directory(Function<Destination, URI> addresses, ServiceAccounts accounts) {}

    /**
     * A reference without a namespace means that of the resource which refers, as Knative's webhook fills in.
     *
     * @throws InvalidField if there is neither a reference nor a URI
     */
    static Sink of(HasMetadata sender, FieldPath field, Destination destination, Directory directory) {
        if (destination == null || (destination.getRef() == null && destination.getUri() == null)) {
            throw new InvalidField(field, "a ref or a uri is expected");
        }
        KReference ref = destination.getRef();
        if (ref == null && !destination.getUri().matches("https?://[^/\\s]+\\S*")) {
            throw new InvalidField(field.then("uri"), "an http URL is expected, not " + destination.getUri());
        }
        if (ref != null && (ref.getKind() == null || ref.getName() == null)) {
            throw new InvalidField(field.then("ref"), "kind and name are expected");
        }
        if (ref != null && ref.getNamespace() == null) {
            destination = new DestinationBuilder(destination)
                    .editRef()
                    .withNamespace(sender.getMetadata().getNamespace())
                    .endRef()
                    .build();
        }
        return new Sink(sender, destination, directory);
    }

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
        KReference ref = destination.getRef();
        if (ref == null) {
            return URI.create(destination.getUri());
        }
        if (ref.getKind().equals("Broker")) {
            URI broker = ofBroker(ref.getNamespace() + "/" + ref.getName());
            return destination.getUri() == null ? broker : broker.resolve(destination.getUri());
        }
        String service = "http://%s.%s.svc.cluster.local".formatted(ref.getName(), ref.getNamespace());
        // RFC 3986, 5.2.3: what is relative to an empty path begins with a slash, which Java leaves to us.
        return destination.getUri() == null
                ? URI.create(service)
                : URI.create(service + "/").resolve(destination.getUri());
    }

    /** The URL, in a cluster, of the Broker {@code namespace/name}. */
    static URI ofBroker(String name) {
        return URI.create("http://broker-ingress.knative-eventing.svc.cluster.local/" + name);
    }
}
