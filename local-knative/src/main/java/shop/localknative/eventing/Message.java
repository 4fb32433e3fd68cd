package shop.localknative.eventing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An event as the HTTP message it is sent in: binary content mode of the CloudEvents HTTP protocol binding, in the
 * spec version it came in.
 */
record Message(Map<String, String> headers, byte[] data) {

    /** Exact decimals: an event's data is not the broker's to round. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(JsonFormat.getCloudEventJacksonModule())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final String ATTRIBUTE = "ce-";
    private static final String SPEC_VERSION = "ce-specversion";
    private static final String CONTENT_TYPE = "content-type";
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String ANY_STRUCTURED = "application/cloudevents";

    /** A message that carries no event, or not a valid one. Its text is for whoever sent it. */
    static final class Malformed extends Exception {
        Malformed(String message) {
            super(message);
        }
    }

    static Message of(CloudEvent event) {
        Map<String, String> headers = new TreeMap<>();
        byte[][] data = {new byte[0]};
        HttpMessageFactory.createWriter(
                        (name, value) -> {
                            String header = name.toLowerCase(Locale.ROOT);
                            headers.put(header, header.startsWith(ATTRIBUTE) ? encode(value) : value);
                        },
                        body -> data[0] = body == null ? new byte[0] : body)
                .writeBinary(event);
        return new Message(headers, data[0]);
    }

    /** The same event with another extension attribute. */
    Message with(String extension, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(ATTRIBUTE + extension, encode(value));
        return new Message(more, data);
    }

    /** The event's id, for the log. */
    String id() {
        return headers.get("ce-id");
    }

    /** Whether the headers announce an event, be it a valid one or not. */
    static boolean announced(Iterable<Map.Entry<String, String>> headers) {
        Map<String, String> known = known(headers);
        return known.containsKey(SPEC_VERSION) || mediaType(known).startsWith(ANY_STRUCTURED);
    }

    /** Reads CloudEvents 1.0 and 0.3, binary and structured (JSON). */
    static CloudEvent read(Iterable<Map.Entry<String, String>> headers, byte[] body) throws Malformed {
        Map<String, String> known = known(headers);
        String mediaType = mediaType(known);
        CloudEvent event;
        try {
            if (mediaType.equals(STRUCTURED)) {
                event = JSON.readValue(body, CloudEvent.class);
            } else if (mediaType.startsWith(ANY_STRUCTURED)) {
                throw new Malformed("Content-Type %s is not supported: send one event, as %s or in binary mode."
                        .formatted(mediaType, STRUCTURED));
            } else if (known.containsKey(SPEC_VERSION)) {
                event = HttpMessageFactory.createReader(known, body).toEvent();
            } else {
                throw new Malformed("Not a CloudEvent: neither a %s header (binary mode) nor Content-Type %s."
                        .formatted(SPEC_VERSION, STRUCTURED));
            }
        } catch (JsonProcessingException e) {
            throw new Malformed("Not a CloudEvent in JSON: " + e.getOriginalMessage());
        } catch (IOException | RuntimeException e) { // The SDK has several; none of them is the broker's fault.
            throw new Malformed("Not a valid CloudEvent: " + e.getMessage());
        }
        return valid(event);
    }

    /** What the SDK lets pass: empty required attributes, and a content type that no HTTP header can carry. */
    private static CloudEvent valid(CloudEvent event) throws Malformed {
        if (event == null) {
            throw new Malformed("Not a CloudEvent in JSON: an object is expected.");
        }
        for (String required : new String[] {"id", "source", "type"}) {
            if (event.getAttribute(required).toString().isEmpty()) {
                throw new Malformed("The attribute '%s' must not be empty.".formatted(required));
            }
        }
        String type = event.getDataContentType();
        if (type != null && !type.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new Malformed("The attribute 'datacontenttype' must be a media type.");
        }
        return event;
    }

    private static Map<String, String> known(Iterable<Map.Entry<String, String>> headers) {
        Map<String, String> known = new HashMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(ATTRIBUTE)) {
                known.put(name, decode(header.getValue()));
            } else if (name.equals(CONTENT_TYPE)) {
                known.put(name, header.getValue());
            }
        }
        return known;
    }

    private static String mediaType(Map<String, String> headers) {
        return headers.getOrDefault(CONTENT_TYPE, "").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /** Section 3.1.3.2 of the HTTP protocol binding, which the SDK leaves to its caller. */
    private static String encode(String value) {
        StringBuilder encoded = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && b != '"' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append("%%%02X".formatted(b));
            }
        }
        return encoded.toString();
    }

    private static String decode(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value; // From a sender that does not encode: the percent sign means itself.
        }
    }
}
