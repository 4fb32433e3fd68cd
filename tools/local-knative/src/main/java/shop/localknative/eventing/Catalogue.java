/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.eventing.v1.SubscriptionsAPIFilter;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.eventing.v1.TriggerSpec;
import io.fabric8.knative.eventing.v1beta3.EventAttributeDefinition;
import io.fabric8.knative.sources.v1.PingSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;

/** Who takes and gives which types of events, as Triggers and EventTypes say. A {@code *} stands for the rest of a type. */
public record Catalogue(Manifests manifests) {
    private record EventType(String type, String source) {
        /** The last part of the source names who publishes, as in {@code /shop/order-service}. */
        boolean isOf(Manifest publisher) {
            return source != null && ("/" + source).endsWith("/" + publisher.name());
        }
    }

    /** The types that the Triggers deliver to a service. */
    public List<String> receivedBy(Manifest service) {
        return triggers(service)
                .flatMap(trigger -> types(spec(trigger)).stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** The names of the Triggers that deliver to a service. */
    public List<String> triggersOf(Manifest service) {
        return triggers(service).map(Manifest::name).sorted().toList();
    }

    /** The schedules, as cron, of the PingSources whose events come to a service: by its Triggers, or without a Broker. */
    public List<String> schedulesOf(Manifest service) {
        return manifests.of(PingSource.class).stream()
                .filter(ping -> leadsTo(((PingSource) ping.resource()).getSpec().getSink(), service)
                        || triggers(service)
                                .anyMatch(trigger ->
                                        Filter.of(trigger, spec(trigger)).test(PingSchedule.example(ping))))
                .map(ping -> PingSchedule.cron(((PingSource) ping.resource()).getSpec()))
                .toList();
    }

    private Stream<Manifest> triggers(Manifest service) {
        return manifests.of(Trigger.class).stream()
                .filter(trigger -> leadsTo(spec(trigger).getSubscriber(), service));
    }

    private static TriggerSpec spec(Manifest trigger) {
        return ((Trigger) trigger.resource()).getSpec();
    }

    /** The types whose source a service is. */
    public List<String> publishedBy(Manifest service) {
        return Stream.concat(
                        manifests.resources(io.fabric8.knative.eventing.v1beta2.EventType.class).stream()
                                .map(type -> type.getSpec())
                                .map(spec -> new EventType(spec.getType(), spec.getSource())),
                        manifests.resources(io.fabric8.knative.eventing.v1beta3.EventType.class).stream()
                                .map(type -> attributes(type.getSpec().getAttributes()))
                                .map(attributes -> new EventType(attributes.get("type"), attributes.get("source"))))
                .filter(type -> type.isOf(service))
                .map(EventType::type)
                .sorted()
                .toList();
    }

    private static Map<String, String> attributes(List<EventAttributeDefinition> attributes) {
        return attributes.stream()
                .filter(attribute -> attribute.getValue() != null)
                .collect(Collectors.toMap(EventAttributeDefinition::getName, EventAttributeDefinition::getValue));
    }

    private static boolean leadsTo(Destination destination, Manifest service) {
        return Addresses.hostOf(service.namespace(), service.name())
                .equals(Addresses.clusterUrl(destination).getHost());
    }

    private static List<String> types(TriggerSpec trigger) {
        var filters = trigger.getFilters();
        var types = filters != null && !filters.isEmpty()
                ? filters.stream().flatMap(Catalogue::types)
                : trigger.getFilter() == null
                        ? Stream.<String>empty()
                        : type(trigger.getFilter().getAttributes(), "%s");
        var named = types.filter(type -> !type.isEmpty()).toList();
        return named.isEmpty() ? List.of("*") : named; // it asks for something else than the type
    }

    private static Stream<String> types(SubscriptionsAPIFilter filter) {
        return Stream.of(
                        type(filter.getExact(), "%s"),
                        type(filter.getPrefix(), "%s*"),
                        type(filter.getSuffix(), "*%s"),
                        filter.getAll().stream().flatMap(Catalogue::types),
                        filter.getAny().stream().flatMap(Catalogue::types))
                .flatMap(types -> types);
    }

    private static Stream<String> type(Map<String, String> attributes, String format) {
        return Stream.ofNullable(attributes)
                .map(given -> given.get("type"))
                .filter(Objects::nonNull)
                .map(format::formatted);
    }
}
