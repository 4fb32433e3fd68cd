/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Context;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Map;
import java.util.function.BiConsumer;

/** Passes the trace of each request on to the calls that it makes, and records nothing. */
class Propagation implements VertxTracer<Void, Void> {
    @Override
    public <R> Void receiveRequest(
            Context context,
            SpanKind kind,
            TracingPolicy policy,
            R request,
            String operation,
            Iterable<Map.Entry<String, String>> headers,
            TagExtractor<R> tags) {
        SpanContext parent = Headers.of(headers).parent();
        Trace.enter(context, Span.wrap(parent.isValid() ? parent : TraceContext.random()));
        return null;
    }

    @Override
    public <R> Void sendRequest(
            Context context,
            SpanKind kind,
            TracingPolicy policy,
            R request,
            String operation,
            BiConsumer<String, String> headers,
            TagExtractor<R> tags) {
        Trace.of(context).ifPresent(span -> TraceContext.write(span.getSpanContext(), headers));
        return null;
    }
}
