/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.cloudevents.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import shop.cloudevents.JsonText;

/**
 * Structured content mode in the JSON event format. Not the SDK's: that one writes {@code data} anew, and a broker must
 * not change a byte of it.
 */
final class StructuredMode {
    static final String MEDIA_TYPE = "application/cloudevents+json";

    private static final JsonFactory JSON = new JsonFactory();

    /** Of version 0.3; later, {@code data_base64} says it. */
    private static final String DATA_CONTENT_ENCODING = "datacontentencoding";

    /**
     * The member {@code data}.
     *
     * @param json as it is in the document
     * @param string its value; null unless that is a string
     */
    private record Data(String json, String string) {}

    private StructuredMode() {}

    /** The same event in binary mode. */
    static Message read(byte[] body) throws Message.Malformed {
        Map<String, String> attributes = new LinkedHashMap<>();
        Map<String, Data> data = new LinkedHashMap<>();
        String text = JsonText.utf8(body)
                .orElseThrow(() -> new Message.Malformed("Not a CloudEvent in JSON: it is not UTF-8."));
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Message.Malformed("Not a CloudEvent in JSON: an object is expected.");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = attributeName(parser.currentName());
                parser.nextToken();
                if (attributes.containsKey(name) || data.containsKey(name)) {
                    throw new Message.Malformed("'%s' is there twice.".formatted(name));
                }
                if (name.equals("data") || name.equals("data_base64")) {
                    data.put(name, data(parser, text));
                } else if (!parser.hasToken(JsonToken.VALUE_NULL)) {
                    attributes.put(name, attribute(name, parser));
                }
            }
            if (parser.nextToken() != null) {
                throw new Message.Malformed("Not a CloudEvent in JSON: there is more after the event.");
            }
        } catch (JsonProcessingException e) {
            throw new Message.Malformed("Not a CloudEvent in JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory can be read", e);
        }
        byte[] bytes = bytes(data, attributes); // First: it may add an attribute.
        return Message.of(attributes, bytes);
    }

    /** The same event in structured mode. What is not JSON, though it may say so, becomes base64. */
    static Message write(Message event) {
        Map<String, String> attributes = event.attributes();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        attributes.forEach(json::put);
        Optional<String> text = declaresJson(attributes.getOrDefault(Message.DATA_CONTENT_TYPE, ""))
                ? JsonText.utf8(event.data()).filter(StructuredMode::isJson)
                : Optional.empty();
        if (text.isPresent()) {
            json.putRawValue("data", new RawValue(text.get()));
        } else if (event.data().length > 0) {
            boolean early = attributes.get("specversion").equals(SpecVersion.V03.toString());
            if (early) {
                json.put(DATA_CONTENT_ENCODING, "base64");
            }
            json.put(early ? "data" : "data_base64", event.data());
        }
        return new Message(Map.of("content-type", MEDIA_TYPE), json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** As the CloudEvents SDK for Go reads it: extensions in lower case; what CloudEvents names, as it is written there. */
    private static String attributeName(String given) {
        String name = given.toLowerCase(Locale.ROOT);
        return SpecVersion.V1.getAllAttributes().contains(name) || name.equals("data") ? given : name;
    }

    private static Data data(JsonParser parser, String text) throws IOException {
        String string = parser.hasToken(JsonToken.VALUE_STRING) ? parser.getText() : null;
        return new Data(JsonText.value(parser, text), string);
    }

    /** The types of CloudEvents that JSON has; the others are strings. What the specification names are strings all. */
    private static String attribute(String name, JsonParser parser) throws IOException, Message.Malformed {
        boolean ownType = !SpecVersion.V1.getAllAttributes().contains(name);
        boolean fits =
                switch (parser.currentToken()) {
                    case VALUE_STRING -> true;
                    case VALUE_TRUE, VALUE_FALSE -> ownType;
                    case VALUE_NUMBER_INT -> ownType && parser.getNumberType() == JsonParser.NumberType.INT;
                    default -> false;
                };
        if (!fits) {
            throw new Message.Malformed("The attribute '%s' must be a %s."
                    .formatted(name, ownType ? "string, a boolean or an integer of 32 bits" : "string"));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(parser.getText())) {
            throw new Message.Malformed("The attribute '%s' must be text, without lone surrogates.".formatted(name));
        }
        return parser.getText();
    }

    private static byte[] bytes(Map<String, Data> data, Map<String, String> attributes) throws Message.Malformed {
        if (data.size() > 1) {
            throw new Message.Malformed("An event has either data or data_base64.");
        }
        if (data.containsKey("data_base64")) {
            return base64(data.get("data_base64"));
        }
        if (!data.containsKey("data")) {
            return new byte[0];
        }
        Data its = data.get("data");
        if ("base64".equals(attributes.get(DATA_CONTENT_ENCODING))
                && SpecVersion.V03.toString().equals(attributes.get("specversion"))) {
            attributes.remove(DATA_CONTENT_ENCODING);
            return base64(its);
        }
        attributes.putIfAbsent(Message.DATA_CONTENT_TYPE, "application/json");
        String text = declaresJson(attributes.get(Message.DATA_CONTENT_TYPE)) ? its.json : its.string;
        if (text == null) {
            throw new Message.Malformed("The data must be a string: its content type, %s, is not that of JSON."
                    .formatted(attributes.get(Message.DATA_CONTENT_TYPE)));
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] base64(Data data) throws Message.Malformed {
        try {
            if (data.string != null) {
                return Base64.getDecoder().decode(data.string);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new Message.Malformed("The data must be a string in base64.");
    }

    private static boolean declaresJson(String contentType) {
        return contentType.matches("(?i)[^/;]+/([^;]+\\+)?json\\s*(;.*)?");
    }

    /** Whether it is one value, and nothing else. */
    private static boolean isJson(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
