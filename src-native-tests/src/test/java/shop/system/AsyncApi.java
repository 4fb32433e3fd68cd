/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static shop.system.Manifests.elements;
import static shop.system.Manifests.name;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import shop.events.EventTypes;

/**
 * The AsyncAPI 3.0 document of the shop's events. Types and senders are those of the manifests' EventTypes, data and examples
 * those of event-contracts' schemas, and receivers those of the Triggers.
 */
final class AsyncApi {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String FUNCTIONS = "/shop/functions/";
    private static final String BINDING_VERSION = "0.3.0";

    private final Manifests manifests;
    private final ObjectNode document = JSON.createObjectNode();

    AsyncApi(Manifests manifests) {
        this.manifests = manifests;
    }

    ObjectNode document() {
        document.put("asyncapi", "3.0.0");
        describe(document.putObject("info"));
        document.put("defaultContentType", "application/json");
        document.putObject("servers")
                .putObject("broker")
                .put("host", "broker-ingress.knative-eventing.svc.cluster.local")
                .put("pathname", "/shop/default")
                .put("protocol", "http")
                .put("description", "The Broker of the namespace, within the cluster; its address is in its status");
        addChannel(document.putObject("channels").putObject("broker"));
        addOperations(document.putObject("operations"));
        ObjectNode components = document.putObject("components");
        addMessages(components.putObject("messages"));
        addSchemas(components.putObject("schemas"));
        return document;
    }

    private static void describe(ObjectNode info) {
        info.put("title", "Events of the shop")
                .put("version", "1")
                .put(
                        "description",
                        "What the parts of the shop tell each other: CloudEvents 1.0 by HTTP, through a Knative Broker. They are"
                                + " described in binary mode, where each attribute is a header and the body is the data; in"
                                + " structured mode (application/cloudevents+json) the same attributes are members beside"
                                + " data, and every receiver takes both. Receivers get each event at least once, and know it"
                                + " again by source and id. They ignore members that they do not know.");
        info.putObject("contact")
                .put("name", "The shop's maintainers")
                .put("url", "https://shop.example")
                .put("email", "maintainers@shop.example");
        info.putObject("license").put("name", "Apache-2.0").put("url", "https://www.apache.org/licenses/LICENSE-2.0");
    }

    private void addChannel(ObjectNode channel) {
        channel.put("address", "/")
                .put("description", "Everything is sent to the Broker, and delivered by its Triggers");
        channel.putArray("servers").add(reference("#/servers/broker"));
        ObjectNode messages = channel.putObject("messages");
        types().forEach(type -> messages.set(type, reference("#/components/messages/" + type)));
    }

    private List<String> types() {
        return manifests.ofKind("EventType").map(Manifests::name).toList();
    }

    private void addOperations(ObjectNode operations) {
        Map<String, Set<String>> sent = new LinkedHashMap<>();
        manifests
                .ofKind("EventType")
                .forEach(type -> sent.computeIfAbsent(type.at("/spec/source").asText(), source -> new LinkedHashSet<>())
                        .add(name(type)));
        sent.forEach((source, types) -> {
            String part = source.replaceFirst(".*/", "");
            if (publishes(part)) {
                addOperation(operations, part, "send", types);
            }
        });
        receivers().forEach((receiver, types) -> {
            ObjectNode operation = addOperation(operations, receiver, "receive", types);
            Set<String> replies = sent.get(FUNCTIONS + receiver);
            if (replies != null && !publishes(receiver)) {
                ObjectNode reply = operation.putObject("reply");
                reply.set("channel", reference("#/channels/broker"));
                addMessages(reply, replies);
            }
        });
    }

    /** Others only reply. */
    private boolean publishes(String part) {
        return manifests
                .knativeServices()
                .filter(service -> name(service).equals(part))
                .anyMatch(service -> service.findValuesAsText("name").contains("K_SINK"));
    }

    private static ObjectNode addOperation(ObjectNode operations, String part, String action, Set<String> types) {
        ObjectNode operation = operations.putObject(part + "-" + action + "s").put("action", action);
        operation.put("summary", part + " " + action + "s " + String.join(", ", types));
        operation.set("channel", reference("#/channels/broker"));
        operation.putObject("bindings").putObject("http").put("method", "POST").put("bindingVersion", BINDING_VERSION);
        addMessages(operation, types);
        return operation;
    }

    private static void addMessages(ObjectNode operation, Set<String> types) {
        ArrayNode messages = operation.putArray("messages");
        types.forEach(type -> messages.add(reference("#/channels/broker/messages/" + type)));
    }

    /** The types that the Triggers of each subscriber let through, but for the schedule's pings. */
    private Map<String, Set<String>> receivers() {
        Map<String, Set<String>> receivers = new LinkedHashMap<>();
        manifests.ofKind("Trigger").forEach(trigger -> {
            Set<String> wanted = new LinkedHashSet<>(types());
            wanted.removeIf(type -> trigger.findValuesAsText("type").stream()
                    .noneMatch(filter -> filter.equals(type) || filter.endsWith(".") && type.startsWith(filter)));
            if (!wanted.isEmpty()) {
                receivers
                        .computeIfAbsent(
                                trigger.at("/spec/subscriber/ref/name").asText(), name -> new LinkedHashSet<>())
                        .addAll(wanted);
            }
        });
        return receivers;
    }

    private void addMessages(ObjectNode messages) {
        manifests.ofKind("EventType").forEach(eventType -> {
            String type = name(eventType);
            JsonNode schema = schema(type);
            ObjectNode message = messages.putObject(type)
                    .put("name", type)
                    .put("title", schema.get("title").asText())
                    .put("summary", eventType.at("/spec/description").asText())
                    .put("contentType", "application/json");
            addHeaders(message.putObject("headers"), eventType);
            message.set("payload", reference("#/components/schemas/" + type));
            message.putObject("bindings").putObject("http").put("bindingVersion", BINDING_VERSION);
            ArrayNode examples = message.putArray("examples");
            elements(schema.get("examples")).forEach(data -> addExample(examples.addObject(), eventType, data));
        });
    }

    private static void addHeaders(ObjectNode headers, JsonNode eventType) {
        ArrayNode all = headers.putArray("allOf");
        all.add(reference("#/components/schemas/cloudevent"));
        ObjectNode constants = all.addObject().put("type", "object").putObject("properties");
        attributes(eventType)
                .forEach((attribute, value) -> constants.putObject(attribute).put("const", value));
    }

    /** What all events of a type have in common. */
    private static Map<String, String> attributes(JsonNode eventType) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("ce-type", name(eventType));
        attributes.put("ce-source", eventType.at("/spec/source").asText());
        attributes.put("ce-dataschema", EventTypes.schemaOf(name(eventType)));
        return attributes;
    }

    private static void addExample(ObjectNode example, JsonNode eventType, JsonNode data) {
        String aggregate = Stream.of("orderId", "userId", "alarmId")
                .filter(data::has)
                .map(member -> data.get(member).asText())
                .findFirst()
                .orElseThrow();
        ObjectNode headers = example.putObject("headers")
                .put("ce-specversion", "1.0")
                .put("ce-id", "01a20f92-3c51-7a2b-8d3e-6f0a9b1c2d3e");
        attributes(eventType).forEach(headers::put);
        headers.put("ce-subject", aggregate)
                .put("ce-partitionkey", aggregate)
                .put("ce-time", "2026-11-24T21:59:27.125644Z")
                .put("ce-traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .put("content-type", "application/json");
        example.set("payload", data);
    }

    private void addSchemas(ObjectNode schemas) {
        schemas.set("cloudevent", Manifests.yaml("""
                title: The attributes of a CloudEvent in binary mode, as the HTTP Protocol Binding 1.0 says
                type: object
                properties:
                  ce-specversion: {type: string, const: "1.0"}
                  ce-id: {type: string, minLength: 1, description: Unique among the events of its source}
                  ce-source: {type: string, format: uri-reference, minLength: 1, description: The part that sends}
                  ce-type: {type: string, minLength: 1}
                  ce-dataschema: {type: string, format: uri}
                  ce-subject: {type: string, format: uuid, description: "The id of the user, the order or the alarm"}
                  ce-partitionkey: {type: string, format: uuid, description: "The subject; a Broker that orders, orders by it"}
                  ce-time: {type: string, format: date-time}
                  ce-traceparent: {type: string, description: The W3C trace of the request that caused it}
                  content-type: {type: string, const: application/json}
                required: [ce-specversion, ce-id, ce-source, ce-type, content-type]
                """));
        schemas.set("money", schema("money"));
        types().forEach(type -> schemas.set(type, schema(type)));
    }

    /** As AsyncAPI's own schemas are: in one document, of one dialect. */
    private static ObjectNode schema(String name) {
        try (InputStream in = EventTypes.class.getResourceAsStream("/schemas/" + name + ".json")) {
            ObjectNode schema = (ObjectNode) JSON.readTree(in);
            schema.remove(List.of("$schema", "$id"));
            schema.findParents("$ref")
                    .forEach(member -> ((ObjectNode) member)
                            .put(
                                    "$ref",
                                    "#/components/schemas/"
                                            + member.get("$ref").asText().replaceFirst("\\.json$", "")));
            return schema;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode reference(String to) {
        return JSON.createObjectNode().put("$ref", to);
    }
}
