/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.quarkus.funqy.knative.events.CloudEvent;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.regex.Pattern;

/**
 * An event and its reply as they may be logged. A member is shown only if both its name and the form of its value are listed
 * here: one that a contract gets tomorrow is masked until somebody lists it.
 */
final class Exchange {
    private static final String MASK = "***";

    /** Of request and reply together, in bytes. */
    private static final int LONGEST = 8 << 10;

    private static final String CUT = "…";

    /** An attribute's (CloudEvents 1.0.2, naming conventions) or a member's. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]{1,64}");

    /** No token is one: of a payment, or a JWT, which begins with {@code {"} in base64url (RFC 7519, 3.1). */
    private static final Pattern IDENTIFIER = Pattern.compile("(?!.*(tok_|eyJ))[\\w:/.-]{1,256}");

    private static final Pattern UUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]{5,18}(Z|[+-]\\d\\d:\\d\\d)");

    private static final Pattern AMOUNT = Pattern.compile("-?\\d{1,12}"); // no number of a card, which has 13 or more
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f-]{55}");

    private final ObjectMapper json;

    Exchange(ObjectMapper json) {
        this.json = json;
    }

    /**
     * The text for the log, of at most 8 KiB.
     *
     * @param data the event's, as its function reads it; null if it can't be read
     * @param reply null if there is none
     */
    String masked(CloudEvent<?> event, Object data, int status, CloudEvent<?> reply) {
        String request = "request=%s status=%d".formatted(masked(event, data), status);
        return cut(reply == null ? request : request + " reply=" + masked(reply, reply.data()));
    }

    private JsonNode masked(CloudEvent<?> event, Object data) {
        ObjectNode all = json.createObjectNode();
        event.extensions().forEach(all::put);
        all.put("id", event.id())
                .put("source", event.source())
                .put("type", event.type())
                .put("subject", event.subject())
                .put("time", event.time() == null ? null : event.time().toString())
                .set("data", json.valueToTree(data));
        return masked("event", all);
    }

    /** The value of an attribute as it may be logged. */
    static String shown(String name, String value) {
        return value == null || isShown(name, value) ? value : MASK;
    }

    private static JsonNode masked(String name, JsonNode value) {
        return switch (value) {
            case ObjectNode object -> {
                ObjectNode masked = object.objectNode();
                object.properties()
                        .forEach(member -> masked.set(
                                NAME.matcher(member.getKey()).matches() ? member.getKey() : MASK,
                                masked(member.getKey(), member.getValue())));
                yield masked;
            }
            case ArrayNode array -> {
                ArrayNode masked = array.arrayNode();
                array.forEach(element -> masked.add(masked(name, element)));
                yield masked;
            }
            default -> value.isNull() || isShown(name, value.asText()) ? value : TextNode.valueOf(MASK);
        };
    }

    private static boolean isShown(String name, String text) {
        Pattern form =
                switch (name) {
                    case "id", "source", "type" -> IDENTIFIER;
                    case "subject", "partitionkey", "orderId", "userId" -> UUID;
                    case "time" -> TIME;
                    case "amount" -> AMOUNT;
                    case "currency" -> CURRENCY;
                    case "traceparent" -> TRACE_PARENT;
                    default -> name.endsWith("At") ? TIME : null;
                };
        return form != null && form.matcher(text).matches();
    }

    private static String cut(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST - CUT.getBytes(UTF_8).length);
        boolean fits =
                UTF_8.newEncoder().encode(CharBuffer.wrap(text), bytes, true).isUnderflow();
        return fits ? text : UTF_8.decode(bytes.flip()) + CUT;
    }
}
