/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.jackson.JsonCloudEventData;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import shop.cloudevents.AttributeText;
import shop.cloudevents.HeaderValue;
import shop.cloudevents.JsonText;
import shop.events.EventTypes;
import shop.events.Uuids;
import shop.kit.events.EventEndpoint;
import shop.kit.events.StoredEvent;

/**
 * A delivery of a broker: an event that it could not deliver elsewhere, or something that is no event at all. Knative
 * may tell of the failure in extensions that it adds: {@code knativeerrordest}, {@code knativeerrorcode}, {@code
 * knativeerrordata}. After a time-out, its mt broker adds none of them.
 *
 * @param trigger the Trigger whose delivery failed, or null
 * @param attributes the event's, extensions included; those of the headers if it is unreadable
 * @param data the event's, byte for byte; the whole body if it is unreadable
 * @param unreadable the reason why this is no CloudEvent, or null
 */
record Arrival(String trigger, JsonObject attributes, byte[] data, String unreadable) {
    static final String ERROR = "knativeerror";
    private static final String HEADER = "ce-";
    private static final String CONTENT_TYPE = "datacontenttype";

    private static final Pattern BINARY = Pattern.compile("[\\p{Cc}&&[^\\r\\n\\t]]");

    /**
     * Never fails, since a delivery that is refused here would be lost.
     *
     * @param headers by their names in lower case
     */
    static Arrival of(String sink, MultivaluedMap<String, String> headers, byte[] body) {
        String trigger = sink == null ? null : AttributeText.withoutControls(sink);
        if (headers.entrySet().stream()
                .anyMatch(header ->
                        isOfEvents(header.getKey()) && header.getValue().size() > 1)) {
            return unreadable(trigger, headers, body, "An attribute is there twice.");
        }
        try {
            CloudEvent event = EventEndpoint.parse(headers, body);
            JsonObject attributes = StoredEvent.attributes(event);
            attributes
                    .getMap()
                    .replaceAll((name, value) ->
                            name.startsWith(ERROR) ? AttributeText.withoutControls(value.toString()) : value);
            if (!attributes.getMap().values().stream().allMatch(value -> AttributeText.isValid(value.toString()))) {
                return unreadable(
                        trigger,
                        headers,
                        body,
                        "An attribute contains control characters, or others that are no text.");
            }
            if (event.getData() instanceof JsonCloudEventData) {
                // In JSON format this is the default, in binary mode there is none.
                attributes.getMap().putIfAbsent(CONTENT_TYPE, MediaType.APPLICATION_JSON);
            }
            return new Arrival(trigger, attributes, data(event.getData(), body), null);
        } catch (RuntimeException | IOException e) {
            return unreadable(trigger, headers, body, String.valueOf(e.getMessage()));
        }
    }

    /** The same for each delivery of the same dead letter, another for any other: an event may fail at several Triggers. */
    UUID fingerprint() {
        UUID event = unreadable == null
                ? Uuids.nameBased(text("source"), text("id"), trigger == null ? text(ERROR + "dest") : "")
                : Uuids.nameBased(attributes.encode(), Base64.getEncoder().encodeToString(data));
        return trigger == null ? event : Uuids.nameBased(event.toString(), trigger);
    }

    /** Whether this came from the schedule of that source, and is no dead letter. */
    boolean isPingOf(String schedule) {
        return trigger == null
                && unreadable == null
                && EventTypes.PING.equals(attributes.getString("type"))
                && schedule.equals(attributes.getString("source"))
                && attributes.fieldNames().stream().noneMatch(name -> name.startsWith(ERROR));
    }

    String destination() {
        return attributes.getString(ERROR + "dest");
    }

    /** The HTTP status of the last attempt, or null. */
    Integer code() {
        try {
            return Integer.valueOf(text(ERROR + "code"));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The beginning of the last attempt's answer. Most brokers encode it in Base64, since a header takes no line breaks. */
    String reason() {
        String data = attributes.getString(ERROR + "data");
        try {
            String decoded = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getDecoder().decode(text(ERROR + "data"))))
                    .toString();
            return decoded.isEmpty() || BINARY.matcher(decoded).find() ? data : decoded;
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return data;
        }
    }

    private String text(String attribute) {
        return attributes.getString(attribute, "");
    }

    private static Arrival unreadable(String trigger, MultivaluedMap<String, String> headers, byte[] body, String why) {
        JsonObject attributes = new JsonObject();
        new TreeMap<>(headers).forEach((name, values) -> { // in the same order at each delivery
            if (isOfEvents(name)) {
                attributes.put(attribute(name), String.join(", ", values));
            }
        });
        return new Arrival(trigger, attributes, body, AttributeText.withoutControls(why));
    }

    private static boolean isOfEvents(String header) {
        return HeaderValue.isAttribute(header) || header.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE);
    }

    private static String attribute(String header) {
        return HeaderValue.isAttribute(header) ? header.substring(HEADER.length()) : CONTENT_TYPE;
    }

    private static byte[] data(CloudEventData data, byte[] body) throws IOException {
        return switch (data) {
            case null -> new byte[0];
            case JsonCloudEventData json -> JsonText.member("data", body);
            default -> data.toBytes();
        };
    }
}
