/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A span for each HTTP request that Vert.x receives, and for each call and each statement of SQL that this one makes. With the
 * tracer that records nothing, all of them are the caller's, which is passed on.
 *
 * <p>Vert.x' own tracer for OpenTelemetry can't be used: it asks any context for its span, and in Quarkus those that belong to
 * no request throw at that.
 */
record Spans(Tracer tracer) implements VertxTracer<Spans.Received, Span> {
    /** Health and metrics, which are asked for all the time. */
    private static final String MANAGEMENT = "/q/";

    /** The local value of a request's context under which Quarkus has the template of the path. */
    private static final String ROUTE = "UrlPathTemplate";

    record Received(Span span, String method) {}

    @Override
    public <R> Received receiveRequest(
            Context context,
            SpanKind kind,
            TracingPolicy policy,
            R request,
            String method,
            Iterable<Map.Entry<String, String>> headers,
            TagExtractor<R> tags) {
        if (request instanceof HttpServerRequest http
                && http.path() != null
                && http.path().startsWith(MANAGEMENT)) {
            return null;
        }
        Span span = Headers.of(headers)
                .span(tracer, method, io.opentelemetry.api.trace.SpanKind.SERVER)
                .startSpan();
        Trace.enter(context, span.getSpanContext().isValid() ? span : Span.wrap(TraceContext.random()));
        Described.served(span, request, tags);
        return new Received(span, method);
    }

    @Override
    public <R> void sendResponse(
            Context context, R response, Received received, Throwable failure, TagExtractor<R> tags) {
        if (received != null) {
            Described.route(received.span(), received.method(), context.getLocal(ROUTE));
            Described.served(received.span(), response, tags);
            Trace.end(received.span(), failure);
        }
    }

    @Override
    public <R> Span sendRequest(
            Context context,
            SpanKind kind,
            TracingPolicy policy,
            R request,
            String operation,
            BiConsumer<String, String> headers,
            TagExtractor<R> tags) {
        Span parent = Trace.of(context).orElse(null);
        if (parent == null) {
            return null;
        }
        Span span = Trace.builder(tracer, operation, io.opentelemetry.api.trace.SpanKind.CLIENT, parent)
                .startSpan();
        TraceContext.write(span.getSpanContext(), headers);
        Described.called(span, request, tags);
        return span;
    }

    @Override
    public <R> void receiveResponse(Context context, R response, Span span, Throwable failure, TagExtractor<R> tags) {
        if (span != null) {
            Described.called(span, response, tags);
            Trace.end(span, failure);
        }
    }
}
