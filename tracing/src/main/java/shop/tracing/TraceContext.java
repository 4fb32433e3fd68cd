/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * W3C Trace Context (Level 2) as text: the two headers of an HTTP message, which travel from hop to hop, and the two extensions
 * of an event, which say where it started and stay as they are (CloudEvents, Distributed Tracing extension).
 */
public final class TraceContext {
    /** The header and extension that names the trace and the span in it. */
    static final String PARENT = "traceparent";

    /** The header and extension with what tracing systems keep along with a trace. */
    static final String STATE = "tracestate";

    /** Section 3.3.2: at least 512 characters are passed on. More would be in every event, where brokers limit all headers. */
    private static final int LONGEST_STATE = 512;

    /** Section 3.3.2: longer entries are left out first. */
    private static final int LONG_ENTRY = 128;

    /** Section 3.2.2.5: sampled and random-trace-id. All others are set to zero. */
    private static final int KNOWN_FLAGS = 0b11;

    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private static final TextMapGetter<Map<String, String>> FIELDS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> fields) {
            return fields.keySet();
        }

        @Override
        public String get(Map<String, String> fields, String name) {
            return fields.get(name);
        }
    };

    private TraceContext() {}

    /**
     * The context of these fields, each in the order of its lines. Not {@linkplain SpanContext#isValid() valid} unless there is
     * exactly one traceparent, and it can be read; a tracestate that can't be read is left out.
     */
    static SpanContext read(List<String> parents, List<String> states) {
        if (parents.size() != 1) {
            return SpanContext.getInvalid();
        }
        Map<String, String> fields = Map.of(PARENT, parents.getFirst().strip(), STATE, limited(states));
        SpanContext read =
                Span.fromContext(W3C.extract(Context.root(), fields, FIELDS)).getSpanContext();
        return SpanContext.createFromRemoteParent(
                read.getTraceId(),
                read.getSpanId(),
                TraceFlags.fromByte((byte) (read.getTraceFlags().asByte() & KNOWN_FLAGS)),
                read.getTraceState());
    }

    /** The context of an event, by its extensions, of which the function gives null for those that are not there. */
    public static SpanContext of(Function<String, ?> extensions) {
        return read(listOf(extensions.apply(PARENT)), listOf(extensions.apply(STATE)));
    }

    /** Writes both fields, or none if the context is not valid and no tracestate if that is empty. */
    public static void write(SpanContext context, BiConsumer<String, String> fields) {
        W3C.inject(Context.root().with(Span.wrap(context)), fields, BiConsumer::accept);
    }

    /** The beginning of a trace. It asks for being recorded (3.2.2.5.1), by those who can. */
    static SpanContext random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        SpanContext context = SpanContext.create(
                TraceId.fromLongs(random.nextLong(), random.nextLong()),
                SpanId.fromLong(random.nextLong()),
                TraceFlags.fromByte((byte) KNOWN_FLAGS),
                TraceState.getDefault());
        return context.isValid() ? context : random();
    }

    /** Whole entries, of all lines; empty ones, which are allowed, mean nothing. */
    private static String limited(List<String> states) {
        List<String> entries = states.stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .collect(Collectors.toList());
        if (length(entries) > LONGEST_STATE) {
            entries.removeIf(entry -> entry.length() > LONG_ENTRY);
        }
        while (length(entries) > LONGEST_STATE) {
            entries.removeLast();
        }
        return String.join(",", entries);
    }

    private static List<String> listOf(Object value) {
        return value == null ? List.of() : List.of(value.toString());
    }

    private static int length(List<String> entries) {
        return String.join(",", entries).length();
    }
}
