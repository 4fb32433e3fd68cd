/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import io.fabric8.knative.duck.v1.CloudEventOverrides;
import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;

/** Tells services where their events go, as the SinkBindings say. */
public record SinkBindings(List<SinkBinding> bindings) {
    /** {@code K_SINK} and {@code K_CE_OVERRIDES} of a service that a binding selects, or of a ContainerSource. */
    public Map<String, String> environmentOf(Manifest service) {
        var variables = new HashMap<String, String>();
        if (service.resource() instanceof ContainerSource source) {
            variables.putAll(
                    environment(source.getSpec().getSink(), source.getSpec().getCeOverrides()));
        }
        for (SinkBinding binding : bindings) {
            if (selects(binding, service)) {
                variables.putAll(environment(
                        binding.getSpec().getSink(), binding.getSpec().getCeOverrides()));
            }
        }
        return variables;
    }

    private static Map<String, String> environment(Destination sink, CloudEventOverrides overrides) {
        var variables =
                new HashMap<>(Map.of("K_SINK", Addresses.clusterUrl(sink).toString()));
        if (overrides != null) {
            variables.put("K_CE_OVERRIDES", new JsonObject(Map.of("extensions", overrides.getExtensions())).encode());
        }
        return variables;
    }

    private static boolean selects(SinkBinding binding, Manifest service) {
        var subject = binding.getSpec().getSubject();
        var metadata = service.resource().getMetadata();
        if (!service.kind().equals(subject.getKind())
                || !metadata.getNamespace().equals(subject.getNamespace())) {
            return false;
        }
        if (subject.getName() != null) {
            return subject.getName().equals(metadata.getName());
        }
        return subject.getSelector() != null
                && Manifests.isSelected(subject.getSelector().getMatchLabels(), metadata);
    }
}
