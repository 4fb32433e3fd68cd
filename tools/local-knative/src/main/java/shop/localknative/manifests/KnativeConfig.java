/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import shop.localknative.manifests.StrictYaml.Document;

/**
 * Knative's own ConfigMaps among the manifests: defaults for services and brokers, limits and features. Each key that
 * is not honoured is named (serving's pkg/apis/config and pkg/autoscaler/config, eventing's pkg/apis/config).
 */
final class KnativeConfig {
    private static final String AUTOSCALER = "knative-serving/config-autoscaler";
    private static final String DEFAULTS = "knative-serving/config-defaults";
    private static final String FEATURES = "/config-features";
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

    private static final String AUTOSCALERS_VALUE =
            "-?[0-9.]+|true|false|([0-9.]+(ms|s|m|h))+|[a-z]+\\.autoscaling\\.knative\\.dev";

    /** More keys that are honoured. */
    private static final Map<String, Set<String>> HONOURED = Map.of(
            AUTOSCALER, Set.of("""
                    allow-zero-initial-scale container-concurrency-target-default enable-scale-to-zero \
                    requests-per-second-target-default target-burst-capacity""".split(" ")), DEFAULTS, Set.of("""
                    revision-timeout-seconds max-revision-timeout-seconds container-concurrency \
                    container-concurrency-max-limit""".split(" ")), BROKERS, Set.of(BROKER_DEFAULTS));

    private final Map<String, Document> configMaps = new TreeMap<>();

    KnativeConfig(Collection<Document> documents) {
        documents.stream()
                .filter(document -> document.kind().equals("v1 ConfigMap"))
                .filter(document -> document.namespace().matches("knative-(serving|eventing)"))
                .forEach(document -> configMaps.put(document.namespace() + "/" + document.name(), document));
        check(AUTOSCALER, AUTOSCALERS_VALUE);
        check(DEFAULTS, "[0-9]+");
    }

    private void check(String name, String expected) {
        data(name).forEach((key, value) -> {
            if (isHonoured(name, key) && !value.matches(expected)) {
                var message = "'%s' is not a value that Knative takes".formatted(value);
                throw configMaps.get(name).manifest().problem(message, "data", key);
            }
        });
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
        return configMaps.keySet().stream()
                .filter(name -> name.endsWith(FEATURES))
                .flatMap(name -> data(name).entrySet().stream())
                .filter(feature -> feature.getValue().toLowerCase().matches("enabled|allowed"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    long maxTimeoutSeconds() {
        return Long.parseLong(data(DEFAULTS).getOrDefault("max-revision-timeout-seconds", "600"));
    }

    long maxContainerConcurrency() {
        return Long.parseLong(data(DEFAULTS).getOrDefault("container-concurrency-max-limit", "1000"));
    }

    /** The defaults of Knative's webhook, and the one of Kubernetes that matters here. */
    void applyDefaults(ObjectNode tree) {
        switch (Kinds.of(tree)) {
            case "serving.knative.dev/v1 Service" -> applyToService((ObjectNode) tree.at("/spec/template"));
            case "eventing.knative.dev/v1 Broker" -> applyToBroker(tree);
            case "apps/v1 Deployment" -> tree.withObject("/spec").putIfAbsent("replicas", tree.numberNode(1));
            default -> {}
        }
        FieldPattern.each(References.FIELDS, tree, (reference, at) -> {
            if (reference.path("namespace").asText().isEmpty()) {
                ((ObjectNode) reference).set("namespace", tree.at("/metadata/namespace"));
            }
        });
    }

    private void applyToService(ObjectNode template) {
        var spec = template.withObject("/spec");
        var defaults = data(DEFAULTS);
        if (spec.path("timeoutSeconds").asLong() == 0 && defaults.containsKey("revision-timeout-seconds")) {
            spec.put("timeoutSeconds", Long.valueOf(defaults.get("revision-timeout-seconds")));
        }
        if (!spec.has("containerConcurrency") && defaults.containsKey("container-concurrency")) {
            spec.put("containerConcurrency", Long.valueOf(defaults.get("container-concurrency")));
        }
        if (configMaps.containsKey(AUTOSCALER)) {
            annotate(
                    template.withObject("/metadata/annotations"),
                    spec.path("containerConcurrency").asLong());
        }
    }

    private void annotate(ObjectNode annotations, long concurrency) {
        var data = data(AUTOSCALER);
        if ("false".equals(data.get("enable-scale-to-zero"))) {
            data.merge("min-scale", "1", (set, one) -> set.equals("0") ? one : set);
        }
        data.computeIfPresent("container-concurrency-target-percentage", (key, value) -> percentage(value));
        ANNOTATIONS.forEach((key, name) -> annotate(annotations, name, data.get(key)));
        if (annotations.path(GROUP + "metric").asText().equals("rps")) {
            annotate(annotations, "target", data.get("requests-per-second-target-default"));
        } else if (concurrency == 0) {
            annotate(annotations, "target", data.get("container-concurrency-target-default"));
        }
    }

    /** Knative still reads {@code minScale} for {@code min-scale}. */
    private static void annotate(ObjectNode annotations, String name, String value) {
        var earlierName =
                Pattern.compile("-(.)").matcher(name).replaceAll(m -> m.group(1).toUpperCase());
        if (value != null && !annotations.has(GROUP + name) && !annotations.has(GROUP + earlierName)) {
            annotations.put(GROUP + name, value);
        }
    }

    /** Up to 1 it is a fraction. */
    private static String percentage(String value) {
        return Double.parseDouble(value) <= 1 ? Double.toString(Double.parseDouble(value) * 100) : value;
    }

    /** The delivery that a broker has when its manifest says nothing about it. */
    private void applyToBroker(ObjectNode broker) {
        if (!(broker.path("spec") instanceof ObjectNode spec)
                || spec.has("delivery")
                || !configMaps.containsKey(BROKERS)) {
            return;
        }
        try {
            var defaults = StrictYaml.tree(data(BROKERS).getOrDefault(BROKER_DEFAULTS, "{}"));
            var ofNamespace = defaults.path("namespaceDefaults")
                    .path(broker.at("/metadata/namespace").asText());
            var delivery =
                    (ofNamespace.isMissingNode() ? defaults.path("clusterDefault") : ofNamespace).path("delivery");
            if (!delivery.isMissingNode()) {
                spec.set("delivery", delivery);
            }
        } catch (JsonProcessingException e) {
            throw configMaps.get(BROKERS).manifest().problem(e.getOriginalMessage(), "data", BROKER_DEFAULTS);
        }
    }

    private Map<String, String> data(String name) {
        var data = new TreeMap<String, String>();
        if (configMaps.containsKey(name)) {
            var tree = configMaps.get(name).tree();
            FieldPattern.each("data.*", tree, (value, at) -> data.put(at.name(), value.asText()));
        }
        data.remove("_example");
        return data;
    }

    private static boolean isHonoured(String name, String key) {
        return HONOURED.getOrDefault(name, Set.of()).contains(key)
                || name.equals(AUTOSCALER) && ANNOTATIONS.containsKey(key)
                || name.endsWith(FEATURES) && SupportedFields.isFeature(key);
    }
}
