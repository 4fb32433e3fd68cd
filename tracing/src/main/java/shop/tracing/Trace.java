/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.quarkus.vertx.core.runtime.VertxMDC;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The trace of the request in hand, which its lines of the log, the events that it makes and the calls of others carry on. It
 * belongs to the request's Vert.x context, wherever that goes. Steps are recorded where {@link Tracing} is told whom to send
 * them to.
 */
public final class Trace {
    private static final String SPAN = "shop.span";
    private static final String LOGGED = "trace";

    /** The attributes of an event that OpenTelemetry's semantic conventions for CloudEvents name. */
    private static final List<String> TOLD = List.of("id", "source", "type", "subject");

    /** A step of the work in hand. */
    @FunctionalInterface
    public interface Step<T, E extends Exception> {
        T run() throws E;
    }

    private Trace() {}

    /** Writes the fields of an event that begins here: the trace of the request in hand, or a new one where there is none. */
    public static void start(BiConsumer<String, String> extensions) {
        TraceContext.write(
                of(Vertx.currentContext()).map(Span::getSpanContext).orElseGet(TraceContext::random), extensions);
    }

    /** Goes on in the trace of an event, if that tells one which can be read; links the request's where this is another. */
    public static void join(Function<String, ?> extensions) {
        Context context = Vertx.currentContext();
        SpanContext event = TraceContext.of(extensions);
        of(context)
                .filter(span -> event.isValid()
                        && !event.getTraceId().equals(span.getSpanContext().getTraceId()))
                .ifPresent(span -> {
                    span.addLink(event);
                    enter(context, Span.wrap(event));
                });
    }

    /**
     * Handles an event in its trace.
     *
     * @param event its attributes and extensions by their names
     */
    public static <T, E extends Exception> T handle(String name, Function<String, ?> event, Step<T, E> step) throws E {
        join(event);
        return run(
                toldOf(event, builder(name, SpanKind.CONSUMER).addLink(TraceContext.of(event)))
                        .startSpan(),
                step);
    }

    /** Calls another party by means that nobody else traces. */
    public static <T, E extends Exception> T call(String name, Step<T, E> step) throws E {
        return run(builder(name, SpanKind.CLIENT).startSpan(), step);
    }

    /**
     * A span for sending an event, as the step after the one that made it. To be {@linkplain #end ended}.
     *
     * @param event its attributes and extensions by their names
     */
    public static Span send(Vertx vertx, String name, Function<String, ?> event) {
        Span maker = Span.wrap(TraceContext.of(event));
        return toldOf(event, builder(tracer(vertx), name, SpanKind.PRODUCER, maker))
                .startSpan();
    }

    /** @param failure null if there was none; its message, in which others may quote anything, is not recorded */
    public static void end(Span span, Throwable failure) {
        if (failure != null) {
            span.setStatus(StatusCode.ERROR)
                    .setAttribute("error.type", failure.getClass().getName());
        }
        span.end();
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

    static SpanBuilder builder(Tracer tracer, String name, SpanKind kind, Span parent) {
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setParent(io.opentelemetry.context.Context.root().with(parent));
    }

    private static SpanBuilder builder(String name, SpanKind kind) {
        Context context = Vertx.currentContext();
        Tracer tracer = tracer(context == null ? null : context.owner());
        return builder(tracer, name, kind, of(context).orElse(Span.getInvalid()));
    }

    private static Tracer tracer(Vertx vertx) {
        return vertx instanceof VertxInternal internal && internal.tracer() instanceof Spans spans
                ? spans.tracer()
                : TracerProvider.noop().get("");
    }

    private static SpanBuilder toldOf(Function<String, ?> event, SpanBuilder span) {
        for (String name : TOLD) {
            if (event.apply(name) instanceof Object value) {
                span.setAttribute("cloudevents.event_" + name, value.toString());
            }
        }
        return span;
    }

    private static <T, E extends Exception> T run(Span span, Step<T, E> step) throws E {
        Context context = Vertx.currentContext();
        Optional<Span> before = of(context);
        before.ifPresent(any -> enter(context, span));
        Throwable failure = null;
        try {
            return step.run();
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            end(span, failure);
            before.ifPresent(outer -> enter(context, outer));
        }
    }
}
