/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;

/** The defaults of Knative's webhook: a reference without a namespace means the namespace of the resource that refers. */
final class Defaults {
    private Defaults() {}

    static void apply(HasMetadata resource, KnativeConfig config) {
        var namespace = resource.getMetadata().getNamespace();
        switch (resource) {
            case Service service
            when service.getSpec() != null
                    && service.getSpec().getTemplate() != null
                    && service.getSpec().getTemplate().getSpec() != null -> config.apply(service);
            case Deployment deployment
            when deployment.getSpec() != null && deployment.getSpec().getReplicas() == null ->
                deployment.getSpec().setReplicas(1);
            case Broker broker
            when broker.getSpec() != null -> {
                config.apply(broker);
                apply(broker.getSpec().getDelivery(), namespace);
            }
            case Trigger trigger
            when trigger.getSpec() != null -> {
                apply(trigger.getSpec().getSubscriber(), namespace);
                apply(trigger.getSpec().getDelivery(), namespace);
            }
            case PingSource source
            when source.getSpec() != null -> apply(source.getSpec().getSink(), namespace);
            case ContainerSource source
            when source.getSpec() != null -> apply(source.getSpec().getSink(), namespace);
            case SinkBinding binding
            when binding.getSpec() != null -> {
                apply(binding.getSpec().getSink(), namespace);
                var subject = binding.getSpec().getSubject();
                if (subject != null && subject.getNamespace() == null) {
                    subject.setNamespace(namespace);
                }
            }
            default -> {}
        }
    }

    private static void apply(DeliverySpec delivery, String namespace) {
        if (delivery != null) {
            apply(delivery.getDeadLetterSink(), namespace);
        }
    }

    private static void apply(Destination destination, String namespace) {
        if (destination != null
                && destination.getRef() != null
                && destination.getRef().getNamespace() == null) {
            destination.getRef().setNamespace(namespace);
        }
    }
}
