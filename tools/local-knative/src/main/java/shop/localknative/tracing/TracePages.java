/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.tracing;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import shop.localknative.network.Problem;

/** Takes spans at {@code /v1/traces} (OTLP/HTTP 1.9, binary Protobuf) and shows traces at {@code /traces}, as JSON. */
public record TracePages(Optional<Traces> traces) implements Handler<HttpServerRequest> {
    private static final String PROTOBUF = "application/x-protobuf";

    /** Of a batch; the SDKs' have 512 spans by default. */
    private static final int MOST_BYTES = 4 << 20;

    public static boolean isFor(String path) {
        return path.equals("/v1/traces") || path.equals("/traces") || path.startsWith("/traces/");
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (traces.isEmpty()) {
            problem(request, 404, "No traces", "They are recorded if this is started with --traces.");
        } else if (request.path().equals("/v1/traces")) {
            receive(request, traces.get());
        } else {
            show(request, traces.get());
        }
    }

    private static void show(HttpServerRequest request, Traces traces) {
        var id = request.path().replaceFirst("^/traces/?", "");
        if (!id.isEmpty()) {
            traces.with(List.of(step -> step.trace().equals(id))).stream()
                    .findFirst()
                    .ifPresentOrElse(
                            trace -> answer(request, trace),
                            () -> problem(
                                    request, 404, "No trace " + id, "/traces lists those that are kept, the latest."));
            return;
        }
        var wanted = request.params().entries();
        if (wanted.isEmpty()) {
            answer(request, traces.summaries());
            return;
        }
        var found = traces.with(wanted.stream()
                .<Predicate<Step>>map(is -> step -> step.isAbout(is.getKey(), is.getValue()))
                .toList());
        if (found.isEmpty()) {
            problem(
                    request,
                    404,
                    "No trace of " + request.query(),
                    "event=ID is the id of an event, NAME=ID the subject of events with NAME in their type, such as order;"
                            + " /traces lists the traces that are kept, the latest.");
        } else {
            answer(request, found);
        }
    }

    private static void receive(HttpServerRequest request, Traces traces) {
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().putHeader(HttpHeaders.ALLOW, "POST");
            problem(request, 405, "Method not allowed", "Spans are sent with POST.");
            return;
        }
        if (!PROTOBUF.equals(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            problem(request, 415, "Unsupported media type", "Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.");
            return;
        }
        var body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() <= MOST_BYTES) {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> take(request, body.getBytes(), traces));
    }

    private static void take(HttpServerRequest request, byte[] body, Traces traces) {
        try {
            var batch = "gzip".equals(request.getHeader(HttpHeaders.CONTENT_ENCODING))
                    ? new GZIPInputStream(new ByteArrayInputStream(body)).readNBytes(MOST_BYTES + 1)
                    : body;
            if (batch.length > MOST_BYTES) {
                problem(
                        request,
                        413,
                        "Too many spans",
                        "A batch must not be longer than %d bytes.".formatted(MOST_BYTES));
                return;
            }
            int refused = traces.add(ExportTraceServiceRequest.parseFrom(batch));
            var answer = ExportTraceServiceResponse.newBuilder();
            if (refused > 0) {
                answer.getPartialSuccessBuilder()
                        .setRejectedSpans(refused)
                        .setErrorMessage("They have no valid ids, or their trace is too long.");
            }
            request.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, PROTOBUF)
                    .end(Buffer.buffer(answer.build().toByteArray()));
        } catch (IOException e) {
            problem(request, 400, "No spans", "An ExportTraceServiceRequest is expected: " + e.getMessage());
        }
    }

    private static void answer(HttpServerRequest request, Object json) {
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(Buffer.buffer(Json.encodePrettily(json)));
    }

    private static void problem(HttpServerRequest request, int status, String title, String detail) {
        new Problem(status, title, detail).answer(request);
    }
}
