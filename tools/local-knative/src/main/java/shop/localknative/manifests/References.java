/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.pkg.tracker.Reference;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import shop.localknative.console.StartException;

/**
 * A cluster waits for what a resource refers to: it may be applied later. Here everything is there from the start, so a
 * reference that leads nowhere is a mistake.
 */
final class References {
    private static final String SERVICE = "serving.knative.dev/v1 Service";
    private static final Map<String, Class<? extends HasMetadata>> ADDRESSABLE =
            Map.of(SERVICE, Service.class, "eventing.knative.dev/v1 Broker", Broker.class);

    private final Manifests manifests;

    private References(Manifests manifests) {
        this.manifests = manifests;
    }

    /** @throws StartException for a reference that leads nowhere */
    static void check(Manifests manifests) {
        var references = new References(manifests);
        manifests.all().forEach(references::check);
    }

    private void check(Manifest manifest) {
        switch (manifest.resource()) {
            case Broker broker
            when broker.getSpec() != null -> check(manifest, broker.getSpec().getDelivery());
            case Trigger trigger -> {
                var spec = required(manifest, trigger.getSpec(), FieldPath.of("spec"));
                check(manifest, Broker.class, spec.getBroker(), FieldPath.of("spec", "broker"));
                check(manifest, spec.getSubscriber(), FieldPath.of("spec", "subscriber"));
                check(manifest, spec.getDelivery());
            }
            case PingSource source ->
                check(
                        manifest,
                        required(manifest, source.getSpec(), FieldPath.of("spec"))
                                .getSink(),
                        FieldPath.of("spec", "sink"));
            case ContainerSource source ->
                check(
                        manifest,
                        required(manifest, source.getSpec(), FieldPath.of("spec"))
                                .getSink(),
                        FieldPath.of("spec", "sink"));
            case SinkBinding binding -> {
                var spec = required(manifest, binding.getSpec(), FieldPath.of("spec"));
                check(manifest, required(manifest, spec.getSubject(), FieldPath.of("spec", "subject")));
                check(manifest, spec.getSink(), FieldPath.of("spec", "sink"));
            }
            default -> {}
        }
    }

    private void check(Manifest manifest, Reference subject) {
        if (!SERVICE.equals(subject.getApiVersion() + " " + subject.getKind())) {
            throw manifest.problem("expected " + SERVICE, FieldPath.of("spec", "subject", "kind"));
        }
        if (subject.getName() != null
                && manifests
                        .find(Service.class, subject.getNamespace(), subject.getName())
                        .isEmpty()) {
            throw manifest.problem(
                    "there is no Service %s/%s".formatted(subject.getNamespace(), subject.getName()),
                    FieldPath.of("spec", "subject", "name"));
        }
    }

    private void check(Manifest manifest, DeliverySpec delivery) {
        if (delivery != null && delivery.getDeadLetterSink() != null) {
            check(manifest, delivery.getDeadLetterSink(), FieldPath.of("spec", "delivery", "deadLetterSink"));
        }
    }

    private void check(Manifest manifest, Destination destination, FieldPath field) {
        if (destination == null || (destination.getRef() == null && destination.getUri() == null)) {
            throw manifest.problem("a ref or a uri is expected", field);
        }
        requireUri(manifest, destination, field.then("uri"));
        if (destination.getRef() == null) {
            return;
        }
        var ref = destination.getRef();
        var type = ADDRESSABLE.get(ref.getApiVersion() + " " + ref.getKind());
        if (type == null) {
            throw manifest.problem("expected one of " + ADDRESSABLE.keySet(), field.then("ref", "kind"));
        }
        if (manifests.find(type, ref.getNamespace(), ref.getName()).isEmpty()) {
            throw manifest.problem(
                    "there is no %s %s/%s".formatted(ref.getKind(), ref.getNamespace(), ref.getName()),
                    field.then("ref", "name"));
        }
    }

    private static void requireUri(Manifest manifest, Destination destination, FieldPath field) {
        var uri = destination.getUri();
        boolean relative = destination.getRef() != null;
        try {
            if (uri == null
                    || (relative
                            ? !UriReference.parse(uri).isAbsolute()
                            : UriReference.parse(uri).toString().matches("https?://[^/]+.*"))) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw manifest.problem(
                relative
                        ? "%s is not allowed beside a ref: a uri relative to that is expected, such as /path"
                                .formatted(uri)
                        : "an http URL is expected, not " + uri,
                field);
    }

    private void check(Manifest manifest, Class<? extends HasMetadata> type, String name, FieldPath field) {
        if (manifests
                .find(type, manifest.namespace(), required(manifest, name, field))
                .isEmpty()) {
            throw manifest.problem(
                    "there is no %s %s/%s".formatted(type.getSimpleName(), manifest.namespace(), name), field);
        }
    }

    private static <T> T required(Manifest manifest, T value, FieldPath field) {
        if (value == null) {
            throw manifest.problem("is required", field);
        }
        return value;
    }
}
