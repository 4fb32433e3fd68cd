/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.vertx.core.runtime.VertxMDC;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The trace of the request in hand, which its lines of the log, the events that it makes and the calls of others carry on. It
 * belongs to the request's Vert.x context, wherever that goes.
 */
public final class Trace {
    private static final String SPAN = "shop.span";
    private static final String LOGGED = "trace";

    private Trace() {}

    /** Writes the fields of an event that begins here: the trace of the request in hand, or a new one where there is none. */
    public static void start(BiConsumer<String, String> extensions) {
        TraceContext.write(current().map(Span::getSpanContext).orElseGet(TraceContext::random), extensions);
    }

    /** Goes on in the trace of an event that is handled, if its extensions tell one that can be read. */
    public static void join(Function<String, ?> extensions) {
        SpanContext event = TraceContext.of(extensions);
        boolean known = current()
                .filter(span -> span.getSpanContext().getTraceId().equals(event.getTraceId()))
                .isPresent();
        if (event.isValid() && !known && VertxContext.isOnDuplicatedContext()) {
            enter(Vertx.currentContext(), Span.wrap(event));
        }
    }

    static Optional<Span> current() {
        return of(Vertx.currentContext());
    }

    /** Of a context, which may be null; other contexts than those of a request have none. */
    static Optional<Span> of(Context context) {
        return context != null && VertxContext.isDuplicatedContext(context)
                ? Optional.ofNullable(context.getLocal(SPAN))
                : Optional.empty();
    }

    static void enter(Context context, Span span) {
        context.putLocal(SPAN, span);
        VertxMDC.INSTANCE.put(LOGGED, span.getSpanContext().getTraceId(), context);
    }
}
