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
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import shop.localknative.console.StartException;

/**
 * A cluster waits for what a resource refers to: it may be applied later. Here everything is there from the start, so a
 * reference that leads nowhere is a mistake.
 */
record References(Manifests manifests) {
    private static final Set<String> ADDRESSABLE =
            Set.of("serving.knative.dev/v1 Service", "v1 Service", "eventing.knative.dev/v1 Broker");
    private static final Set<String> BINDABLE = Set.of("serving.knative.dev/v1 Service", "apps/v1 Deployment");

    /** @throws StartException for a reference that leads nowhere */
    static void check(Manifests manifests) {
        var references = new References(manifests);
        manifests.all().forEach(references::check);
        references.requireUniqueNames();
    }

    /** Processes, logs and the status page know what runs by its name. */
    private void requireUniqueNames() {
        var names = new HashMap<String, Manifest>();
        for (var kind : List.of(Service.class, Deployment.class, ContainerSource.class)) {
            for (Manifest manifest : manifests.of(kind)) {
                var other = names.put(manifest.name(), manifest);
                if (other != null) {
                    throw manifest.problem(
                            "the %s in %s has this name, too, and here each needs its own; --skip %s/%s leaves both out"
                                    .formatted(other.kind(), other.namespace(), manifest.kind(), manifest.name()),
                            FieldPath.of("metadata", "name"));
                }
            }
        }
    }

    private void check(Manifest manifest) {
        switch (manifest.resource()) {
            case Broker broker
            when broker.getSpec() != null -> check(manifest, broker.getSpec().getDelivery());
            case Trigger trigger -> {
                var spec = required(manifest, trigger.getSpec(), FieldPath.of("spec"));
                var broker = FieldPath.of("spec", "broker");
                require(
                        manifest,
                        "eventing.knative.dev/v1 Broker",
                        manifest.namespace(),
                        required(manifest, spec.getBroker(), broker),
                        broker);
                check(manifest, spec.getSubscriber(), FieldPath.of("spec", "subscriber"));
                check(manifest, spec.getDelivery());
            }
            case PingSource source -> {
                var spec = required(manifest, source.getSpec(), FieldPath.of("spec"));
                check(manifest, spec.getSink(), FieldPath.of("spec", "sink"));
            }
            case ContainerSource source -> check(manifest, source.getSpec().getSink(), FieldPath.of("spec", "sink"));
            case SinkBinding binding -> {
                var spec = required(manifest, binding.getSpec(), FieldPath.of("spec"));
                check(manifest, required(manifest, spec.getSubject(), FieldPath.of("spec", "subject")));
                check(manifest, spec.getSink(), FieldPath.of("spec", "sink"));
            }
            case io.fabric8.kubernetes.api.model.Service service -> declarePorts(manifest, service);
            default -> {}
        }
    }

    /** A container may listen at more ports than its manifest names: those that a Service leads to are ports of it. */
    private void declarePorts(Manifest manifest, io.fabric8.kubernetes.api.model.Service service) {
        for (Manifest deployment : manifests.deploymentsOf(manifest)) {
            for (int i = 0; i < service.getSpec().getPorts().size(); i++) {
                int target = manifests.targetPort(service.getSpec().getPorts().get(i), deployment);
                if (target == 0) {
                    throw manifest.problem(
                            "the Deployment %s has no port of this name".formatted(deployment.name()),
                            FieldPath.of("spec", "ports", i, "targetPort"));
                }
                var ports = Manifests.ports(deployment);
                if (ports.stream().noneMatch(port -> port.getContainerPort() == target)) {
                    ports.add(
                            new ContainerPortBuilder().withContainerPort(target).build());
                }
            }
        }
    }

    private void check(Manifest manifest, Reference subject) {
        var kind = subject.getApiVersion() + " " + subject.getKind();
        if (!BINDABLE.contains(kind)) {
            var message = "expected one of %s; --skip SinkBinding/%s leaves it out"
                    .formatted(new TreeSet<>(BINDABLE), manifest.name());
            throw manifest.problem(message, "spec", "subject", "kind");
        }
        if (subject.getName() != null) {
            require(manifest, kind, subject.getNamespace(), subject.getName(), FieldPath.of("spec", "subject", "name"));
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
        var kind = ref.getApiVersion() + " " + ref.getKind();
        if (!ADDRESSABLE.contains(kind)) {
            throw manifest.problem("expected one of " + ADDRESSABLE, field.then("ref", "kind"));
        }
        require(manifest, kind, ref.getNamespace(), ref.getName(), field.then("ref", "name"));
    }

    private static void requireUri(Manifest manifest, Destination destination, FieldPath field) {
        var uri = destination.getUri();
        boolean relative = destination.getRef() != null;
        if (uri == null || isUri(uri, relative)) {
            return;
        }
        throw manifest.problem(
                relative
                        ? "%s is not allowed beside a ref: a uri relative to that is expected, such as /path"
                                .formatted(uri)
                        : "an http URL is expected, not " + uri,
                field);
    }

    private static boolean isUri(String text, boolean relative) {
        try {
            var uri = UriReference.parse(text);
            return relative ? !uri.isAbsolute() : uri.toString().matches("https?://[^/]+.*");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void require(Manifest manifest, String kind, String namespace, String name, FieldPath field) {
        if (manifests.find(Kinds.SUPPORTED.get(kind), namespace, name).isEmpty()) {
            throw manifest.problem(
                    "there is no %s %s/%s".formatted(kind.replaceFirst(".* ", ""), namespace, name), field);
        }
    }

    private static <T> T required(Manifest manifest, T value, FieldPath field) {
        if (value == null) {
            throw manifest.problem("is required", field);
        }
        return value;
    }
}
