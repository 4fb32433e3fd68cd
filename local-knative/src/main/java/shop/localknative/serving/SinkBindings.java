package shop.localknative.serving;

import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shop.localknative.manifests.Manifest;

/** Tells services where their events go, as the SinkBindings say. */
public final class SinkBindings {
    private final List<SinkBinding> bindings;

    public SinkBindings(List<SinkBinding> bindings) {
        this.bindings = bindings;
    }

    /** {@code K_SINK} and {@code K_CE_OVERRIDES} of this service; nothing when no binding selects it. */
    public Map<String, String> environmentOf(Manifest service) {
        var variables = new HashMap<String, String>();
        for (SinkBinding binding : bindings) {
            if (selects(binding, service.resource().getMetadata())) {
                variables.put("K_SINK", Addresses.clusterUrl(binding.getSpec().getSink()));
                Optional.ofNullable(binding.getSpec().getCeOverrides())
                        .map(overrides -> new JsonObject(Map.of("extensions", overrides.getExtensions())))
                        .ifPresent(overrides -> variables.put("K_CE_OVERRIDES", overrides.encode()));
            }
        }
        return variables;
    }

    private static boolean selects(SinkBinding binding, ObjectMeta metadata) {
        var subject = binding.getSpec().getSubject();
        if (!"Service".equals(subject.getKind()) || !metadata.getNamespace().equals(subject.getNamespace())) {
            return false;
        }
        if (subject.getName() != null) {
            return subject.getName().equals(metadata.getName());
        }
        return subject.getSelector() != null
                && Optional.ofNullable(metadata.getLabels())
                        .orElse(Map.of())
                        .entrySet()
                        .containsAll(subject.getSelector().getMatchLabels().entrySet());
    }
}
