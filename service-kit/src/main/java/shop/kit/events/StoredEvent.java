/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.types.Time;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;

/** The form of an event in tables: attributes and extensions as one JSON object of strings, data as bytes. */
public final class StoredEvent {
    private StoredEvent() {}

    public static JsonObject attributes(CloudEvent event) {
        JsonObject attributes = new JsonObject();
        event.getAttributeNames().forEach(name -> attributes.put(name, text(event.getAttribute(name))));
        event.getExtensionNames().forEach(name -> attributes.put(name, text(event.getExtension(name))));
        return attributes;
    }

    /** The event of these attributes; {@code data} may be null. */
    public static CloudEvent event(JsonObject attributes, Buffer data) {
        CloudEventBuilder event =
                CloudEventBuilder.fromSpecVersion(SpecVersion.parse(attributes.getString("specversion")));
        attributes.fieldNames().stream()
                .filter(name -> !name.equals("specversion"))
                .forEach(name -> event.withContextAttribute(name, attributes.getString(name)));
        return (data == null ? event : event.withData(data.getBytes())).build();
    }

    private static String text(Object value) {
        return value instanceof OffsetDateTime time ? Time.writeTime(time) : String.valueOf(value);
    }
}
