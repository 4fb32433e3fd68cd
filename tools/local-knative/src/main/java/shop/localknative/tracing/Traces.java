/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.tracing;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;

/** The latest traces, whoever recorded their spans. The monitor guards all of it. */
public final class Traces implements AutoCloseable {
    private static final int MOST = 1_000;

    /** As OTLP; in memory, a span takes some times as much. */
    private static final long MOST_BYTES = 16 << 20;

    /** A trace that never ends must not push out all others. */
    private static final long MOST_BYTES_OF_ONE = 1 << 20;

    /** The one that has grown last at the end. */
    private final Map<String, Trace> traces = new LinkedHashMap<>(16, 0.75f, true);

    private Optional<OutputStream> file;
    private long bytes;

    /** Its spans by their ids: a batch that is sent again, since its answer was lost, adds none. */
    private static final class Trace {
        private final Map<String, Step> steps = new LinkedHashMap<>();
        private long bytes;

        private List<Step> inOrder() {
            return steps.values().stream()
                    .sorted(Comparator.comparingLong(Step::begin))
                    .toList();
        }

        private JsonObject summary() {
            var steps = inOrder();
            var first = steps.getFirst();
            long end = steps.stream().mapToLong(Step::end).max().getAsLong();
            return new JsonObject()
                    .put("traceId", first.trace())
                    .put("name", first.span().getName())
                    .put("start", Step.instant(first.begin()))
                    .put("durationMillis", Step.millis(end - first.begin()));
        }
    }

    private Traces(Optional<OutputStream> file) {
        this.file = file;
    }

    /**
     * @param file gets each span besides, as a line of JSON after those that it has; empty for none
     * @throws StartException when it can't be written
     */
    public static Traces open(Path file) {
        if (file.toString().isEmpty()) {
            return new Traces(Optional.empty());
        }
        try {
            var own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            return new Traces(Optional.of(Channels.newOutputStream(
                    Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), own))));
        } catch (IOException e) {
            throw new StartException("--traces %s: %s".formatted(file, e), e);
        }
    }

    /** Returns how many of the spans could not be taken. */
    synchronized int add(ExportTraceServiceRequest batch) {
        var steps = batch.getResourceSpansList().stream()
                .flatMap(resource -> {
                    var service = service(resource);
                    return resource.getScopeSpansList().stream()
                            .flatMap(scope -> scope.getSpansList().stream().map(span -> new Step(service, span)));
                })
                .toList();
        return (int) steps.stream().filter(step -> !add(step)).count();
    }

    private static String service(ResourceSpans spans) {
        return spans.getResource().getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals("service.name"))
                .map(attribute -> attribute.getValue().getStringValue())
                .findFirst()
                .orElse("unknown_service");
    }

    private boolean add(Step step) {
        if (!step.isValid()) {
            return false;
        }
        var trace = traces.computeIfAbsent(step.trace(), id -> new Trace());
        int size = step.span().getSerializedSize();
        if (trace.bytes + size > MOST_BYTES_OF_ONE) {
            return false;
        }
        if (trace.steps.putIfAbsent(step.id(), step) == null) {
            trace.bytes += size;
            bytes += size;
            write(step);
        }
        for (var oldest = traces.values().iterator(); traces.size() > MOST || bytes > MOST_BYTES; ) {
            bytes -= oldest.next().bytes;
            oldest.remove();
        }
        return true;
    }

    private void write(Step step) {
        try {
            if (file.isPresent()) {
                var line = new JsonObject().put("traceId", step.trace()).mergeIn(step.json());
                file.get().write(line.toBuffer().appendString("\n").getBytes());
            }
        } catch (IOException e) {
            Console.say("traces", "not written any more: " + e.getMessage());
            file = Optional.empty();
        }
    }

    /** All without their spans, the latest first. */
    synchronized List<JsonObject> summaries() {
        return List.copyOf(traces.values()).reversed().stream()
                .map(trace -> trace.summary().put("spans", trace.steps.size()))
                .toList();
    }

    /** Those with a span of each kind, each with all its spans; in the order of their beginnings. */
    synchronized List<JsonObject> with(List<Predicate<Step>> kinds) {
        return traces.values().stream()
                .filter(trace -> kinds.stream()
                        .allMatch(kind -> trace.steps.values().stream().anyMatch(kind)))
                .map(trace -> trace.summary()
                        .put(
                                "spans",
                                new JsonArray(
                                        trace.inOrder().stream().map(Step::json).toList())))
                .sorted(Comparator.comparing(trace -> trace.getInstant("start")))
                .toList();
    }

    @Override
    public synchronized void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
            file = Optional.empty();
        }
    }

    /** Takes the spans of OpenTelemetry's SDK in this process. */
    SpanExporter exporter() {
        return new SpanExporter() {
            @Override
            public CompletableResultCode export(Collection<SpanData> spans) {
                var bytes = new ByteArrayOutputStream();
                try {
                    TraceRequestMarshaler.create(spans).writeBinaryTo(bytes);
                    add(ExportTraceServiceRequest.parseFrom(bytes.toByteArray()));
                } catch (IOException e) {
                    throw new UncheckedIOException("Bytes in memory can be written and read", e);
                }
                return CompletableResultCode.ofSuccess();
            }

            @Override
            public CompletableResultCode flush() {
                return CompletableResultCode.ofSuccess();
            }

            @Override
            public CompletableResultCode shutdown() {
                return CompletableResultCode.ofSuccess();
            }
        };
    }
}
