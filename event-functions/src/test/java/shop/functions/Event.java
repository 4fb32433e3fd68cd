/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** An event to deliver: its attributes, and its data as JSON text. */
public record Event(Map<String, String> attributes, String data) {
    /** The content modes of the CloudEvents HTTP binding, section 3. */
    public enum Mode {
        BINARY {
            @Override
            Response post(Event event, Map<String, String> more) {
                Map<String, String> headers = new LinkedHashMap<>(more);
                event.attributes.forEach((name, value) -> headers.put("ce-" + name, value));
                return Http.post("application/json", headers, event.data);
            }

            @Override
            public String attribute(Response reply, String name) {
                return reply.header("ce-" + name);
            }

            @Override
            public JsonPath data(Response reply) {
                return reply.jsonPath();
            }
        },
        STRUCTURED {
            @Override
            Response post(Event event, Map<String, String> more) {
                StringBuilder members = new StringBuilder();
                event.attributes.forEach((name, value) -> members.append("\"%s\": \"%s\", ".formatted(name, value)));
                return Http.post(
                        "application/cloudevents+json", more, "{%s\"data\": %s}".formatted(members, event.data));
            }

            @Override
            public String attribute(Response reply, String name) {
                return reply.jsonPath().getString(name);
            }

            @Override
            public JsonPath data(Response reply) {
                return reply.jsonPath().setRootPath("data");
            }
        };

        abstract Response post(Event event, Map<String, String> more);

        public abstract String attribute(Response reply, String name);

        public abstract JsonPath data(Response reply);
    }

    public static Event of(String type, String source, Object subject, String data) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("specversion", "1.0");
        attributes.put("id", UUID.randomUUID().toString());
        attributes.put("source", source);
        attributes.put("type", type);
        attributes.put("subject", subject.toString());
        return new Event(attributes, data);
    }

    public String id() {
        return attributes.get("id");
    }

    public Event with(String attribute, String value) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.put(attribute, value);
        return new Event(changed, data);
    }

    public Event without(String attribute) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.remove(attribute);
        return new Event(changed, data);
    }

    public Response deliver(Mode mode, String authorization) {
        return deliver(mode, Map.of("Authorization", authorization));
    }

    /** With more headers. */
    public Response deliver(Mode mode, Map<String, String> headers) {
        return mode.post(this, headers);
    }

    /** Delivers it to the function, as the broker would. */
    public Response deliver(Mode mode) {
        return mode.post(this, Map.of());
    }
}
