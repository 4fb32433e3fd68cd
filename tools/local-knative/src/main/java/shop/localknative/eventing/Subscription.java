/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;

/**
 * A Trigger with its destinations resolved and its Broker's defaults applied, as the Subscription that Knative makes of it.
 *
 * @param trigger namespace/name
 * @param deadLetterSink null for none
 * @param structured whether events are sent in structured mode ({@code delivery.format})
 * @param ordered whether an event waits for the earlier ones with its {@code partitionkey}
 */
record Subscription(
        String trigger,
        Filter filter,
        Sink subscriber,
        Sink deadLetterSink,
        Retry retry,
        boolean structured,
        boolean ordered) {

    /** Of the Kafka broker, whose default is {@code unordered}, too. */
    private static final String ORDER = "kafka.eventing.knative.dev/delivery.order";

    private static final String INJECTION = "eventing.knative.dev/injection";
    private static final String DEPENDENCY = "knative.dev/dependency";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @throws StartException if it can't be understood
     */
    static Subscription of(Manifest manifest, Manifest brokersManifest, Sink.Resolver resolver) {
        Trigger trigger = (Trigger) manifest.resource();
        Broker broker = (Broker) brokersManifest.resource();
        checkAnnotations(manifest, trigger);
        // A Trigger's delivery replaces its Broker's, all but the dead letter sink, as in Knative.
        List<DeliverySpec> delivery = Stream.of(
                        trigger.getSpec().getDelivery(),
                        broker.getSpec() == null ? null : broker.getSpec().getDelivery())
                .filter(Objects::nonNull)
                .toList();
        DeliverySpec effective = delivery.stream().findFirst().orElse(Retry.DEFAULT);
        return new Subscription(
                manifest.namespace() + "/" + manifest.name(),
                Filter.of(manifest, trigger.getSpec()),
                new Sink(trigger, trigger.getSpec().getSubscriber(), resolver),
                delivery.stream()
                        .map(DeliverySpec::getDeadLetterSink)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(sink -> new Sink(trigger, sink, resolver))
                        .orElse(null),
                Retry.of(manifest, effective),
                structured(manifest, effective),
                ordered(manifest));
    }

    /**
     * @throws StartException if it can't be understood
     */
    static boolean structured(Manifest manifest, DeliverySpec delivery) {
        return switch (delivery.getFormat()) {
            case null -> false;
            case "binary" -> false;
            case "json" -> true;
            default ->
                throw manifest.problem(
                        "json or binary is expected, not " + delivery.getFormat(), "spec", "delivery", "format");
        };
    }

    /** As the webhook does (pkg/apis/eventing/v1/trigger_validation.go). */
    private static void checkAnnotations(Manifest manifest, Trigger trigger) {
        String injection = annotation(manifest, INJECTION);
        if (injection != null
                && (!List.of("enabled", "disabled").contains(injection)
                        || !"default".equals(trigger.getSpec().getBroker()))) {
            throw manifest.problem(
                    "enabled or disabled is expected, and that only for the broker default",
                    "metadata",
                    "annotations",
                    INJECTION);
        }
        String dependency = annotation(manifest, DEPENDENCY);
        if (dependency != null && !isReference(dependency, manifest.namespace())) {
            throw manifest.problem(
                    "a JSON object with kind, name and apiVersion, of the same namespace, is expected",
                    "metadata",
                    "annotations",
                    DEPENDENCY);
        }
    }

    private static boolean isReference(String json, String namespace) {
        try {
            JsonNode reference = JSON.readTree(json);
            return Stream.of("kind", "name", "apiVersion")
                            .noneMatch(field -> reference.path(field).asText().isEmpty())
                    && Set.of("", namespace)
                            .contains(reference.path("namespace").asText());
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static String annotation(Manifest manifest, String name) {
        Map<String, String> annotations = manifest.resource().getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    private static boolean ordered(Manifest manifest) {
        String order = annotation(manifest, ORDER);
        return switch (order) {
            case null -> false;
            case "unordered" -> false;
            case "ordered" -> true;
            default ->
                throw manifest.problem(
                        "ordered or unordered is expected, not " + order, "metadata", "annotations", ORDER);
        };
    }

    /** The key that an event shares with those that it must not overtake; null if it may overtake all. */
    String orderingKey(Message event) {
        return ordered ? event.attribute("partitionkey").orElse(null) : null;
    }

    /** The event as it is sent to the subscriber and to the dead letter sink. */
    Message outgoing(Message event) {
        return (structured ? event.structured() : event).sentIn(trigger.replaceFirst("/.*", ""));
    }
}
