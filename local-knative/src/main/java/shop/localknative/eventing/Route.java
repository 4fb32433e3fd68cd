package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import shop.localknative.eventing.InvalidResource.InvalidField;
import shop.localknative.manifests.FieldPath;

/**
 * A Trigger: which events go where, and what happens to those that can't be delivered.
 *
 * @param trigger namespace/name
 */
record Route(String trigger, Filter filter, Sink subscriber, Optional<Sink> deadLetterSink, Retry retry) {

    private static final FieldPath DEAD_LETTER_SINK = FieldPath.of("spec", "delivery", "deadLetterSink");

    /**
     * @throws InvalidField if it can't be understood
     */
    static Route of(Trigger trigger, Broker broker, Function<Destination, URI> addresses) {
        String namespace = trigger.getMetadata().getNamespace();
        // A Trigger's delivery replaces its Broker's, all but the dead letter sink, as in Knative.
        List<DeliverySpec> delivery = Stream.of(
                        trigger.getSpec().getDelivery(),
                        broker.getSpec() == null ? null : broker.getSpec().getDelivery())
                .filter(Objects::nonNull)
                .toList();
        return new Route(
                namespace + "/" + trigger.getMetadata().getName(),
                Filter.of(trigger.getSpec()),
                Sink.of(FieldPath.of("spec", "subscriber"), trigger.getSpec().getSubscriber(), namespace, addresses),
                delivery.stream()
                        .map(DeliverySpec::getDeadLetterSink)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(sink -> Sink.of(DEAD_LETTER_SINK, sink, namespace, addresses)),
                Retry.of(delivery.stream().findFirst().orElse(Retry.DEFAULT)));
    }

    /**
     * @throws IllegalArgumentException if there is no such thing as the subscriber or the dead letter sink
     */
    void checkAddresses() {
        subscriber.address();
        deadLetterSink.ifPresent(Sink::address);
    }
}
