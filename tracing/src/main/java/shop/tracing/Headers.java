/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import shop.cloudevents.HeaderValue;

/** The two traces that the head of a request may tell: of the hop that it is, and of the event in binary mode that it carries. */
public record Headers(SpanContext hop, SpanContext event) {
    public static Headers of(Iterable<Map.Entry<String, String>> headers) {
        return new Headers(read("", headers), read("ce-", headers));
    }

    /** The hop's, as long as that is a part of the event's: some brokers start a trace at each delivery. */
    SpanContext parent() {
        return event.isValid() && !event.getTraceId().equals(hop.getTraceId()) ? event : hop;
    }

    /** A span of whoever received these, linked to the hop where that belongs to another trace. */
    public SpanBuilder span(Tracer tracer, String name, SpanKind kind) {
        SpanBuilder span = tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setParent(Context.root().with(Span.wrap(parent())));
        return parent() == hop ? span : span.addLink(hop);
    }

    private static SpanContext read(String prefix, Iterable<Map.Entry<String, String>> headers) {
        return TraceContext.read(
                values(prefix + TraceContext.PARENT, headers), values(prefix + TraceContext.STATE, headers));
    }

    private static List<String> values(String name, Iterable<Map.Entry<String, String>> headers) {
        return StreamSupport.stream(headers.spliterator(), false)
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(header -> HeaderValue.isAttribute(name) ? decoded(header.getValue()) : header.getValue())
                .toList();
    }

    private static String decoded(String value) {
        try {
            return HeaderValue.decode(value);
        } catch (IllegalArgumentException e) {
            return ""; // Whoever reads the event refuses it.
        }
    }
}
