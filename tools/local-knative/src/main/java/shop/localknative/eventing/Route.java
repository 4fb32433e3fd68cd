package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import shop.localknative.eventing.InvalidResource.InvalidField;
import shop.localknative.manifests.FieldPath;

/**
 * A Trigger: which events go where, and what happens to those that can't be delivered.
 *
 * @param trigger namespace/name
 * @param structured whether events are sent in structured mode ({@code delivery.format})
 * @param ordered whether an event waits for the earlier ones with its {@code partitionkey}
 */
record Route(
        String trigger,
        Filter filter,
        Sink subscriber,
        Optional<Sink> deadLetterSink,
        Retry retry,
        boolean structured,
        boolean ordered) {

    private static final FieldPath DEAD_LETTER_SINK = FieldPath.of("spec", "delivery", "deadLetterSink");

    /** Of the Kafka broker, whose default is {@code unordered}, too. */
    private static final String ORDER = "kafka.eventing.knative.dev/delivery.order";

    /**
     * @throws InvalidField if it can't be understood
     */
    static Route of(Trigger trigger, Broker broker, Sink.Directory directory) {
        String namespace = trigger.getMetadata().getNamespace();
        // A Trigger's delivery replaces its Broker's, all but the dead letter sink, as in Knative.
        List<DeliverySpec> delivery = Stream.of(
                        trigger.getSpec().getDelivery(),
                        broker.getSpec() == null ? null : broker.getSpec().getDelivery())
                .filter(Objects::nonNull)
                .toList();
        DeliverySpec its = delivery.stream().findFirst().orElse(Retry.DEFAULT);
        return new Route(
                namespace + "/" + trigger.getMetadata().getName(),
                Filter.of(trigger.getSpec()),
                Sink.of(
                        trigger,
                        FieldPath.of("spec", "subscriber"),
                        trigger.getSpec().getSubscriber(),
                        directory),
                delivery.stream()
                        .map(DeliverySpec::getDeadLetterSink)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(sink -> Sink.of(trigger, DEAD_LETTER_SINK, sink, directory)),
                Retry.of(its),
                structured(its),
                ordered(trigger));
    }

    /**
     * @throws InvalidField if it can't be understood
     */
    static boolean structured(DeliverySpec delivery) {
        return switch (delivery.getFormat()) {
            case null -> false;
            case "binary" -> false;
            case "json" -> true;
            default ->
                throw new InvalidField(
                        FieldPath.of("spec", "delivery", "format"),
                        "json or binary is expected, not " + delivery.getFormat());
        };
    }

    private static boolean ordered(Trigger trigger) {
        Map<String, String> annotations = trigger.getMetadata().getAnnotations();
        String order = annotations == null ? null : annotations.get(ORDER);
        return switch (order) {
            case null -> false;
            case "unordered" -> false;
            case "ordered" -> true;
            default ->
                throw new InvalidField(
                        FieldPath.of("metadata", "annotations", ORDER),
                        "ordered or unordered is expected, not " + order);
        };
    }

    /** What an event has in common with those that it must not overtake; null if it may overtake all. */
    String orderingKey(Message event) {
        return ordered ? event.attribute("partitionkey").orElse(null) : null;
    }

    /** The event as it is sent to the subscriber and to the dead letter sink. */
    Message outgoing(Message event) {
        return structured ? StructuredMode.write(event) : event;
    }

    /**
     * @throws IllegalArgumentException if there is no such thing as the subscriber or the dead letter sink
     */
    void checkAddresses() {
        subscriber.address();
        deadLetterSink.ifPresent(Sink::address);
    }
}
