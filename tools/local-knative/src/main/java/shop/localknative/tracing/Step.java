/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.tracing;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** A span with the name of the service that recorded it. */
record Step(String service, Span span) {
    /** Whether its ids are such (W3C Trace Context, 3.2.2.3 and 3.2.2.4). */
    boolean isValid() {
        return isId(span.getTraceId(), 16) && isId(span.getSpanId(), 8);
    }

    private static boolean isId(ByteString id, int length) {
        return id.size() == length && !id.equals(ByteString.copyFrom(new byte[length]));
    }

    String trace() {
        return hex(span.getTraceId());
    }

    String id() {
        return hex(span.getSpanId());
    }

    long begin() {
        return span.getStartTimeUnixNano();
    }

    long end() {
        return span.getEndTimeUnixNano();
    }

    /**
     * Whether it is about this event, by its id, or about something else that events tell of: these have its name in their
     * type, and its id as subject.
     */
    boolean isAbout(String name, String id) {
        return name.equals("event")
                ? id.equals(attribute("cloudevents.event_id"))
                : id.equals(attribute("cloudevents.event_subject"))
                        && List.of(attribute("cloudevents.event_type").split("\\."))
                                .contains(name);
    }

    private String attribute(String name) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(attribute -> attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
    }

    JsonObject json() {
        var json = new JsonObject()
                .put("service", service)
                .put("name", span.getName())
                .put("kind", span.getKind().name().replace("SPAN_KIND_", "").toLowerCase(Locale.ROOT))
                .put("spanId", id());
        if (!span.getParentSpanId().isEmpty()) {
            json.put("parentSpanId", hex(span.getParentSpanId()));
        }
        json.put("start", instant(begin())).put("durationMillis", millis(end() - begin()));
        if (span.getStatus().getCode() == StatusCode.STATUS_CODE_ERROR) {
            json.put("error", span.getStatus().getMessage());
        }
        return json.put("attributes", json(span.getAttributesList()))
                .put(
                        "links",
                        new JsonArray(
                                span.getLinksList().stream().map(Step::json).toList()))
                .put(
                        "events",
                        new JsonArray(
                                span.getEventsList().stream().map(Step::json).toList()));
    }

    private static JsonObject json(Span.Link link) {
        return new JsonObject().put("traceId", hex(link.getTraceId())).put("spanId", hex(link.getSpanId()));
    }

    private static JsonObject json(Span.Event event) {
        return new JsonObject()
                .put("name", event.getName())
                .put("time", instant(event.getTimeUnixNano()))
                .put("attributes", json(event.getAttributesList()));
    }

    private static JsonObject json(List<KeyValue> attributes) {
        var json = new JsonObject();
        attributes.forEach(attribute -> json.put(attribute.getKey(), json(attribute.getValue())));
        return json;
    }

    private static Object json(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case INT_VALUE -> value.getIntValue();
            case DOUBLE_VALUE -> value.getDoubleValue();
            case ARRAY_VALUE ->
                new JsonArray(value.getArrayValue().getValuesList().stream()
                        .map(Step::json)
                        .toList());
            case KVLIST_VALUE -> json(value.getKvlistValue().getValuesList());
            default -> hex(value.getBytesValue());
        };
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos);
    }

    static double millis(long nanos) {
        return nanos / 1_000 / 1e3;
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
