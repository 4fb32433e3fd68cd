/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import shop.localknative.manifests.Manifest;

/**
 * A Trigger with its destinations resolved and its Broker's defaults applied, as the Subscription that Knative makes of it.
 *
 * @param trigger namespace/name
 * @param broker likewise
 * @param deadLetterSink null for none
 * @param structured whether events are sent in structured mode ({@code delivery.format})
 * @param ordered whether an event waits for the earlier ones with its {@code partitionkey}
 */
record Subscription(
        String trigger,
        String broker,
        Filter filter,
        Sink subscriber,
        Sink deadLetterSink,
        Retry retry,
        boolean structured,
        boolean ordered) {
    /** Of the Kafka broker, whose default is {@code unordered}, too. */
    private static final String ORDER = "kafka.eventing.knative.dev/delivery.order";

    static Subscription of(Manifest manifest, Manifest brokersManifest, Sink.Resolver resolver) {
        Trigger trigger = (Trigger) manifest.resource();
        Broker broker = (Broker) brokersManifest.resource();
        // A Trigger's delivery replaces its Broker's, all but the dead letter sink, as in Knative.
        List<DeliverySpec> delivery = Stream.of(
                        trigger.getSpec().getDelivery(),
                        broker.getSpec() == null ? null : broker.getSpec().getDelivery())
                .filter(Objects::nonNull)
                .toList();
        DeliverySpec effective = delivery.stream().findFirst().orElse(Retry.DEFAULT);
        return new Subscription(
                manifest.namespace() + "/" + manifest.name(),
                brokersManifest.namespace() + "/" + brokersManifest.name(),
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

    static boolean structured(Manifest manifest, DeliverySpec delivery) {
        return isFirst("json", "binary", delivery.getFormat(), manifest, "spec", "delivery", "format");
    }

    private static boolean ordered(Manifest manifest) {
        Map<String, String> annotations = manifest.resource().getMetadata().getAnnotations();
        String order = annotations == null ? null : annotations.get(ORDER);
        return isFirst("ordered", "unordered", order, manifest, "metadata", "annotations", ORDER);
    }

    /** Whether the first of two values is given, the other one being the default. */
    static boolean isFirst(String first, String other, String given, Manifest manifest, Object... field) {
        if (given != null && !given.equals(first) && !given.equals(other)) {
            throw manifest.problem("%s or %s is expected, not %s".formatted(first, other, given), field);
        }
        return first.equals(given);
    }

    /** The key that an event shares with those that it must not overtake; null if it may overtake all. */
    String orderingKey(Message event) {
        return ordered ? event.attributes().get("partitionkey") : null;
    }

    /** The event as it is sent to the subscriber and to the dead letter sink. */
    Message outgoing(Message event) {
        return (structured ? event.structured() : event).sentIn(trigger.replaceFirst("/.*", ""));
    }
}
