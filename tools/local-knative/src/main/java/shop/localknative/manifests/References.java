/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.HashMap;
import java.util.List;

/**
 * A cluster waits for what a resource refers to: it may be applied later. Here everything is there from the start, so a
 * reference that leads nowhere is a mistake.
 */
record References(Manifests manifests) {
    static final String FIELDS = "spec.sink.ref spec.subscriber.ref spec.delivery.deadLetterSink.ref spec.subject";

    /** @throws shop.localknative.console.StartException for a reference that leads nowhere */
    static void check(Manifests manifests) {
        var references = new References(manifests);
        for (Manifest manifest : manifests.all()) {
            manifest.each(FIELDS, (reference, at) -> references.require(manifest, reference, at));
            manifest.each(
                    "spec.broker",
                    (name, at) -> references.require(
                            manifest, "eventing.knative.dev/v1 Broker", manifest.namespace(), name.asText(), at));
        }
        manifests.of(io.fabric8.kubernetes.api.model.Service.class).forEach(references::declarePorts);
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
                            "metadata",
                            "name");
                }
            }
        }
    }

    /** A container may listen at more ports than its manifest names: those that a Service leads to are ports of it. */
    private void declarePorts(Manifest manifest) {
        var service = (io.fabric8.kubernetes.api.model.Service) manifest.resource();
        for (Manifest deployment : manifests.deploymentsOf(manifest)) {
            for (int i = 0; i < service.getSpec().getPorts().size(); i++) {
                int target = manifests.targetPort(service.getSpec().getPorts().get(i), deployment);
                if (target == 0) {
                    var message = "the Deployment %s has no port of this name".formatted(deployment.name());
                    throw manifest.problem(message, "spec", "ports", i, "targetPort");
                }
                var ports = Manifests.ports(deployment);
                if (ports.stream().noneMatch(port -> port.getContainerPort() == target)) {
                    ports.add(
                            new ContainerPortBuilder().withContainerPort(target).build());
                }
            }
        }
    }

    private void require(Manifest manifest, JsonNode reference, FieldPath at) {
        if (!reference.has("selector")) {
            var namespace = reference.path("namespace").asText();
            require(
                    manifest,
                    Kinds.of(reference),
                    namespace,
                    reference.path("name").asText(),
                    at.then("name"));
        }
    }

    private void require(Manifest manifest, String kind, String namespace, String name, FieldPath field) {
        if (manifests.find(Kinds.SUPPORTED.get(kind), namespace, name).isEmpty()) {
            var message = "there is no %s %s/%s".formatted(kind.replaceFirst(".* ", ""), namespace, name);
            throw manifest.problem(message, field);
        }
    }
}
