/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Knative's own ConfigMaps among the manifests: defaults for services and brokers, limits and features. Each key that
 * is not honoured is named (serving's pkg/apis/config and pkg/autoscaler/config, eventing's pkg/apis/config).
 */
final class KnativeConfig {
    private static final String AUTOSCALER = "knative-serving/config-autoscaler";
    private static final String DEFAULTS = "knative-serving/config-defaults";
    private static final String FEATURES = "knative-serving/config-features";
    private static final String BROKERS = "knative-eventing/config-br-defaults";
    private static final String BROKER_DEFAULTS = "default-br-config";

    private static final String GROUP = "autoscaling.knative.dev/";

    /** The annotations whose defaults the keys of config-autoscaler are. */
    private static final Map<String, String> ANNOTATIONS = Map.of(
            "stable-window", "window",
            "panic-window-percentage", "panic-window-percentage",
            "panic-threshold-percentage", "panic-threshold-percentage",
            "scale-down-delay", "scale-down-delay",
            "scale-to-zero-pod-retention-period", "scale-to-zero-pod-retention-period",
            "initial-scale", "initial-scale",
            "min-scale", "min-scale",
            "max-scale", "max-scale",
            "container-concurrency-target-percentage", "target-utilization-percentage",
            "pod-autoscaler-class", "class");

    private static final Set<String> MORE_OF_AUTOSCALER = Set.of(
            "allow-zero-initial-scale",
            "container-concurrency-target-default",
            "enable-scale-to-zero",
            "requests-per-second-target-default",
            "target-burst-capacity");

    private static final Map<String, Function<String, Boolean>> VALUES = Map.of(
            AUTOSCALER,
                    value -> value.matches(
                            "-?[0-9.]+|true|false|([0-9.]+(ms|s|m|h))+|[a-z]+\\.autoscaling\\.knative\\.dev"),
            DEFAULTS, value -> value.matches("[0-9]+"));

    private final Map<String, Manifest> configMaps;

    KnativeConfig(Collection<Manifest> manifests) {
        configMaps = manifests.stream()
                .filter(manifest -> manifest.resource() instanceof ConfigMap)
                .filter(manifest -> manifest.namespace().matches("knative-(serving|eventing)"))
                .collect(Collectors.toMap(m -> m.namespace() + "/" + m.name(), m -> m, (a, b) -> b, TreeMap::new));
        for (String name : List.of(AUTOSCALER, DEFAULTS)) {
            data(name).forEach((key, value) -> {
                if (isHonoured(name, key) && !VALUES.get(name).apply(value)) {
                    throw configMaps
                            .get(name)
                            .problem("'%s' is not a value that Knative takes".formatted(value), "data", key);
                }
            });
        }
    }

    /** The keys that mean something in a cluster and nothing here. */
    List<String> notes() {
        return configMaps.keySet().stream()
                .flatMap(name -> data(name).keySet().stream()
                        .filter(key -> !isHonoured(name, key))
                        .map(key -> "%s: %s is not honoured".formatted(name, key)))
                .toList();
    }

    /** The features that are enabled or allowed. */
    Set<String> features() {
        return data(FEATURES).entrySet().stream()
                .filter(feature -> feature.getValue().toLowerCase().matches("enabled|allowed"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    long maxTimeoutSeconds() {
        return Long.parseLong(data(DEFAULTS).getOrDefault("max-revision-timeout-seconds", "600"));
    }

    long maxContainerConcurrency() {
        return Long.parseLong(data(DEFAULTS).getOrDefault("container-concurrency-max-limit", "1000"));
    }

    /** The defaults for what the manifest of a service leaves open. */
    void apply(Service service) {
        var template = service.getSpec().getTemplate();
        var spec = template.getSpec();
        number(DEFAULTS, "revision-timeout-seconds")
                .filter(seconds -> Optional.ofNullable(spec.getTimeoutSeconds()).orElse(0L) == 0)
                .ifPresent(spec::setTimeoutSeconds);
        number(DEFAULTS, "container-concurrency")
                .filter(concurrency -> spec.getContainerConcurrency() == null)
                .ifPresent(spec::setContainerConcurrency);
        if (configMaps.containsKey(AUTOSCALER)) {
            var metadata = Optional.ofNullable(template.getMetadata()).orElseGet(() -> new ObjectMetaBuilder().build());
            metadata.setAnnotations(annotations(
                    Optional.ofNullable(metadata.getAnnotations()).orElse(Map.of()),
                    Optional.ofNullable(spec.getContainerConcurrency()).orElse(0L)));
            template.setMetadata(metadata);
        }
    }

    private Map<String, String> annotations(Map<String, String> given, long concurrency) {
        var annotations = new TreeMap<String, String>();
        data(AUTOSCALER).forEach((key, value) -> {
            if (ANNOTATIONS.containsKey(key)) {
                annotations.put(
                        GROUP + ANNOTATIONS.get(key), key.endsWith("target-percentage") ? percentage(value) : value);
            }
        });
        boolean isRps = "rps".equals(given.get(GROUP + "metric"));
        Optional.ofNullable(data(AUTOSCALER)
                        .get(isRps ? "requests-per-second-target-default" : "container-concurrency-target-default"))
                .filter(target -> isRps || concurrency == 0)
                .ifPresent(target -> annotations.put(GROUP + "target", target));
        if ("false".equals(data(AUTOSCALER).get("enable-scale-to-zero"))) {
            annotations.merge(GROUP + "min-scale", "1", (set, one) -> set.equals("0") ? one : set);
        }
        // Knative still reads minScale for min-scale.
        given.keySet()
                .forEach(key -> annotations.remove(
                        key.replaceAll("(?<=[a-z])([A-Z])", "-$1").toLowerCase()));
        annotations.putAll(given);
        return annotations;
    }

    /** Up to 1 it is a fraction. */
    private static String percentage(String value) {
        return Double.parseDouble(value) <= 1 ? Double.toString(Double.parseDouble(value) * 100) : value;
    }

    /** The delivery that a broker has when its manifest says nothing about it. */
    void apply(Broker broker) {
        if (broker.getSpec() == null || broker.getSpec().getDelivery() != null || !configMaps.containsKey(BROKERS)) {
            return;
        }
        try {
            var defaults = StrictYaml.tree(data(BROKERS).getOrDefault(BROKER_DEFAULTS, "{}"));
            var ofNamespace =
                    defaults.path("namespaceDefaults").path(broker.getMetadata().getNamespace());
            var delivery =
                    (ofNamespace.isMissingNode() ? defaults.path("clusterDefault") : ofNamespace).path("delivery");
            if (!delivery.isMissingNode()) {
                broker.getSpec().setDelivery(StrictYaml.as(delivery, DeliverySpec.class));
            }
        } catch (JsonProcessingException e) {
            throw configMaps.get(BROKERS).problem(e.getOriginalMessage(), "data", BROKER_DEFAULTS);
        }
    }

    private Optional<Long> number(String name, String key) {
        return Optional.ofNullable(data(name).get(key)).map(Long::valueOf);
    }

    private Map<String, String> data(String name) {
        var data = new TreeMap<String, String>();
        Optional.ofNullable(configMaps.get(name))
                .map(manifest -> ((ConfigMap) manifest.resource()).getData())
                .ifPresent(data::putAll);
        data.remove("_example");
        return data;
    }

    private static boolean isHonoured(String name, String key) {
        return switch (name) {
            case AUTOSCALER -> ANNOTATIONS.containsKey(key) || MORE_OF_AUTOSCALER.contains(key);
            case DEFAULTS ->
                Set.of(
                                "revision-timeout-seconds",
                                "max-revision-timeout-seconds",
                                "container-concurrency",
                                "container-concurrency-max-limit")
                        .contains(key);
            case FEATURES -> SupportedFields.isFeature(key);
            case BROKERS -> key.equals(BROKER_DEFAULTS);
            default -> false;
        };
    }
}
