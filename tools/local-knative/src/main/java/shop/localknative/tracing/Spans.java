/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import shop.tracing.Headers;
import shop.tracing.TraceContext;

/** The spans of local-knative itself. Those that a caller does not want recorded change no header and cost next to nothing. */
public record Spans(Optional<Tracer> tracer) {
    public static final Spans NONE = new Spans(Optional.empty());

    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");

    public static Spans into(Traces traces) {
        var provider = SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(SERVICE, "local-knative")))
                .addSpanProcessor(SimpleSpanProcessor.create(traces.exporter()))
                .build();
        return new Spans(Optional.of(provider.get("shop.localknative")));
    }

    /** A step of what came with these headers; the first of a new trace if they tell none. */
    public Span start(String name, SpanKind kind, Iterable<Map.Entry<String, String>> headers) {
        return tracer.map(tracer -> Headers.of(headers).span(tracer, name, kind).startSpan())
                .orElse(Span.getInvalid());
    }

    /** A part of a step. */
    public Span part(Span step, String name, Instant begin) {
        return tracer.map(tracer -> tracer.spanBuilder(name)
                        .setParent(Context.root().with(step))
                        .setStartTimestamp(begin)
                        .startSpan())
                .orElse(Span.getInvalid());
    }

    /** Makes the step the parent of what is sent with these headers. */
    public static void pass(Span step, BiConsumer<String, String> headers) {
        if (step.isRecording()) {
            TraceContext.write(step.getSpanContext(), headers);
        }
    }

    /** @param error the lowest code that is one */
    public static void answered(Span step, int code, int error) {
        step.setAttribute("http.response.status_code", code);
        if (code >= error) {
            step.setStatus(StatusCode.ERROR);
        }
    }
}
