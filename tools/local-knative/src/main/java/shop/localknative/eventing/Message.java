/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.cloudevents.CloudEvent;
import io.cloudevents.http.HttpMessageFactory;
import io.opentelemetry.api.trace.Span;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import shop.cloudevents.AttributeText;
import shop.cloudevents.HeaderValue;
import shop.localknative.tracing.Spans;

/**
 * An event as the HTTP message that carries it: binary content mode of the CloudEvents HTTP protocol binding, in the
 * spec version, with the attributes and with the data that it came with, and with the headers that brokers pass on.
 *
 * @param headers by their names in lower case; values as they are sent
 */
record Message(Map<String, String> headers, byte[] data) {
    /** A message that carries no event, or not a valid one. Its text is for whoever sent it. */
    static final class Malformed extends Exception {
        Malformed(String message) {
            super(message);
        }
    }

    private static final String ATTRIBUTE = "ce-";
    private static final String SPEC_VERSION = "ce-specversion";
    private static final String CONTENT_TYPE = "content-type";
    static final String DATA_CONTENT_TYPE = "datacontenttype";
    private static final String ANY_STRUCTURED = "application/cloudevents";
    private static final Pattern ATTRIBUTE_NAME = Pattern.compile("[a-z0-9]+");

    /** W3C's, by the propagator of all that Knative sends (knative/pkg observability/tracing/provider.go). */
    private static final Pattern TRACE_CONTEXT = Pattern.compile("traceparent|tracestate|baggage");

    /** Of it, what says where a hop comes from. */
    private static final Pattern HOP = Pattern.compile("traceparent|tracestate");

    /** Others that brokers pass on (knative/eventing pkg/utils/headers.go). */
    private static final Pattern PASSED_ON = Pattern.compile("x-request-id|retry-after|(knative-|x-b3-).*");

    /** Added to whatever is sent for a resource: its namespace (knative/eventing pkg/apis/http.go). */
    private static final String NAMESPACE = "kn-namespace";

    private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");

    /** The message for an event in another form. */
    static Message of(Map<String, String> attributes, byte[] data) {
        Map<String, String> headers = new TreeMap<>();
        attributes.forEach((name, value) -> {
            boolean contentType = name.equals(DATA_CONTENT_TYPE);
            headers.put(contentType ? CONTENT_TYPE : ATTRIBUTE + name, contentType ? value : HeaderValue.encode(value));
        });
        return new Message(headers, data);
    }

    /** Whether the headers announce an event, be it a valid one or not. */
    static boolean announced(Iterable<Map.Entry<String, String>> headers) {
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase(SPEC_VERSION)
                    || header.getKey().equalsIgnoreCase(CONTENT_TYPE)
                            && mediaType(header.getValue()).startsWith(ANY_STRUCTURED)) {
                return true;
            }
        }
        return false;
    }

    /** Reads binary and structured (JSON) mode. Whether the event is a valid one is what {@link #event} tells. */
    static Message read(Iterable<Map.Entry<String, String>> headers, byte[] body) throws Malformed {
        Map<String, String> known = known(headers);
        String mediaType = mediaType(known.getOrDefault(CONTENT_TYPE, ""));
        if (mediaType.equals(StructuredMode.MEDIA_TYPE)) {
            return StructuredMode.read(body).with(only(known, Message::isPassedOn));
        }
        if (mediaType.startsWith(ANY_STRUCTURED)) {
            throw new Malformed("Content-Type %s is not supported: send one event, as %s or in binary mode."
                    .formatted(mediaType, StructuredMode.MEDIA_TYPE));
        }
        if (!known.containsKey(SPEC_VERSION)) {
            throw new Malformed("Not a CloudEvent: neither a %s header (binary mode) nor Content-Type %s."
                    .formatted(SPEC_VERSION, StructuredMode.MEDIA_TYPE));
        }
        return new Message(known, body);
    }

    /** The same event with another attribute, or another value of one. */
    Message with(String attribute, String value) {
        return with(Map.of(ATTRIBUTE + attribute, HeaderValue.encode(value)));
    }

    /** The same event as it is sent for a resource of this namespace. */
    Message sentIn(String namespace) {
        return with(Map.of(NAMESPACE, namespace));
    }

    /** The same event on its way out of a step, which is its next hop. The extension says where it was made. */
    Message in(Span step) {
        if (!step.isRecording()) {
            return this;
        }
        Map<String, String> hop = new TreeMap<>();
        Spans.pass(step, hop::put);
        return new Message(only(headers, HOP.asMatchPredicate().negate()), data).with(hop);
    }

    /** The same event in structured mode, with the headers that are passed on. */
    Message structured() {
        return StructuredMode.write(this).with(only(headers, Message::isPassedOn));
    }

    /** The same event, which was sent as a reply to another: a part of its trace, whatever the reply's headers say. */
    Message repliedTo(Message cause) {
        Predicate<String> trace = TRACE_CONTEXT.asMatchPredicate();
        return new Message(only(headers, trace.negate()), data).with(only(cause.headers, trace));
    }

    private Message with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putAll(more);
        return new Message(all, data);
    }

    private static Map<String, String> only(Map<String, String> headers, Predicate<String> names) {
        Map<String, String> only = new TreeMap<>(headers);
        only.keySet().removeIf(names.negate());
        return only;
    }

    private static boolean isPassedOn(String header) {
        return TRACE_CONTEXT.matcher(header).matches()
                || PASSED_ON.matcher(header).matches();
    }

    /** The same event without an extension attribute. */
    Message without(String extension) {
        return new Message(only(headers, name -> !name.equals(ATTRIBUTE + extension)), data);
    }

    /** The length of the header lines, in ASCII as they are sent. */
    int headerBytes() {
        return headers.entrySet().stream()
                .mapToInt(header -> header.getKey().length()
                        + ": ".length()
                        + header.getValue().length()
                        + "\r\n".length())
                .sum();
    }

    /** The event's id, for the log. */
    String id() {
        return headers.get("ce-id");
    }

    /** @throws IllegalArgumentException for a value that is no text */
    Map<String, String> attributes() {
        Map<String, String> attributes = new TreeMap<>();
        headers.forEach((name, value) -> {
            if (name.startsWith(ATTRIBUTE)) {
                attributes.put(name.substring(ATTRIBUTE.length()), HeaderValue.decode(value));
            } else if (name.equals(CONTENT_TYPE)) {
                attributes.put(DATA_CONTENT_TYPE, value);
            }
        });
        return attributes;
    }

    /** The event as filters see it. */
    CloudEvent event() throws Malformed {
        try {
            if (headers.containsKey(ATTRIBUTE + DATA_CONTENT_TYPE)) {
                throw new Malformed("The attribute 'datacontenttype' is the header Content-Type, not one with ce-.");
            }
            Map<String, String> attributes = attributes();
            for (String required : REQUIRED) {
                if (attributes.getOrDefault(required, "").isEmpty()) {
                    throw new Malformed("The attribute '%s' is missing or empty.".formatted(required));
                }
            }
            for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                check(attribute.getKey(), attribute.getValue());
            }
            return HttpMessageFactory.createReader(
                            reader -> attributes.forEach((name, value) -> reader.accept(
                                    name.equals(DATA_CONTENT_TYPE) ? CONTENT_TYPE : ATTRIBUTE + name, value)),
                            data)
                    .toEvent();
        } catch (RuntimeException e) { // The SDK has several; none of them is the broker's fault.
            throw new Malformed("Not a valid CloudEvent: " + e.getMessage());
        }
    }

    /** The rules of CloudEvents that the SDK does not check. */
    private static void check(String name, String value) throws Malformed {
        if (!ATTRIBUTE_NAME.matcher(name).matches()) {
            throw new Malformed(
                    "'%s' can't be an attribute: lower case letters and digits are expected.".formatted(name));
        }
        if (name.equals(DATA_CONTENT_TYPE) && !value.chars().allMatch(c -> c == '\t' || HeaderValue.isPrintable(c))) {
            throw new Malformed("The attribute '%s' must be a media type.".formatted(name));
        }
        if (name.equals(DATA_CONTENT_TYPE) && mediaType(value).startsWith(ANY_STRUCTURED)) {
            throw new Malformed("The attribute '%s' must not be %s: as a header it would make the data the event."
                    .formatted(name, mediaType(value)));
        }
        if (!name.equals(DATA_CONTENT_TYPE) && !AttributeText.isValid(value)) {
            throw new Malformed("The attribute '%s' must be text, without control characters.".formatted(name));
        }
    }

    private static Map<String, String> known(Iterable<Map.Entry<String, String>> headers) throws Malformed {
        Map<String, String> known = new TreeMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("content-encoding") && !header.getValue().equalsIgnoreCase("identity")) {
                throw new Malformed(
                        "Content-Encoding %s is not passed on: send the data as it is.".formatted(header.getValue()));
            }
            if (isPassedOn(name)) {
                known.merge(name, header.getValue(), (first, second) -> first + ", " + second);
                continue;
            }
            boolean attribute = name.startsWith(ATTRIBUTE);
            if ((attribute || name.equals(CONTENT_TYPE))
                    && known.put(name, attribute ? HeaderValue.sendable(header.getValue()) : header.getValue())
                            != null) {
                throw new Malformed("The header %s is there twice.".formatted(name));
            }
        }
        return known;
    }

    private static String mediaType(String contentType) {
        return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }
}
