/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.tracing;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.localknative.console.StartException;
import shop.localknative.network.Loopback;

/** OTLP/HTTP as opentelemetry.io/docs/specs/otlp has it, and what is kept of it. */
class TracePagesTest {
    private final Vertx vertx = Vertx.vertx();
    private final int port = Loopback.listen(vertx, 0, new TracePages(Optional.of(Traces.open(Path.of("")))));

    @AfterEach
    void stop() {
        vertx.close();
    }

    @Test
    void spansOfAnyKindAreShown() {
        var attributes = AnyValue.newBuilder();
        attributes
                .getKvlistValueBuilder()
                .addValues(attribute("n", AnyValue.newBuilder().setIntValue(7)));
        var span = span(1, 2)
                .setName("work")
                .setStartTimeUnixNano(1_000_000_000_000_001_500L)
                .setEndTimeUnixNano(1_000_000_000_002_001_500L)
                .addAttributes(attribute("all", attributes))
                .addEvents(Span.Event.newBuilder().setName("noted"));
        span.getStatusBuilder().setCodeValue(2).setMessage("no room");
        post(batch(span)).then().statusCode(200).contentType("application/x-protobuf");

        get("/traces/00000000000000010000000000000001")
                .then()
                .body("start", equalTo("2001-09-09T01:46:40.000001500Z"))
                .body("durationMillis", equalTo(2.0f))
                .body("spans[0].name", equalTo("work"))
                .body("spans[0].spanId", equalTo("0000000000000002"))
                .body("spans[0].error", equalTo("no room"))
                .body("spans[0].attributes.all.n", equalTo(7))
                .body("spans[0].events[0].name", equalTo("noted"));
    }

    /** "OTLP/HTTP requests can be compressed with gzip" */
    @Test
    void compressedBatchIsTaken() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(batch(span(1, 1)));
        }
        request()
                .header("Content-Encoding", "gzip")
                .body(bytes.toByteArray())
                .post("/v1/traces")
                .then()
                .statusCode(200);
        get("/traces").then().body("size()", equalTo(1));
    }

    /** "partial_success": what is not taken shall not be sent again. */
    @Test
    void spanWithoutIdsIsRefusedAndTheOthersAreTaken() throws IOException {
        var answer = post(batch(span(1, 1), span(0, 0), span(1, 1)));
        assertEquals(
                1,
                ExportTraceServiceResponse.parseFrom(answer.asByteArray())
                        .getPartialSuccess()
                        .getRejectedSpans());
        get("/traces").then().body("[0].spans", equalTo(1));
    }

    @Test
    void whatIsNoBatchIsRefusedWithTheReason() {
        request().body("no spans".getBytes()).post("/v1/traces").then().statusCode(400);
        request().body(new byte[5 << 20]).post("/v1/traces").then().statusCode(413);
        request()
                .contentType("application/json")
                .body("{}")
                .post("/v1/traces")
                .then()
                .statusCode(415)
                .body("detail", containsString("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"));
        get("/v1/traces").then().statusCode(405).header("Allow", "POST");
    }

    @Test
    void latestTracesAreKept() {
        IntStream.rangeClosed(1, 3)
                .forEach(batch -> post(batch(IntStream.range(0, 500)
                        .mapToObj(i -> span(batch * 1_000 + i, 1))
                        .toArray(Span.Builder[]::new))));
        get("/traces")
                .then()
                .body("size()", equalTo(1_000))
                .body("[0].traceId", equalTo("0000000000000dab0000000000000dab"));
        get("/traces/00000000000003e800000000000003e8").then().statusCode(404);
    }

    /** A trace that never ends pushes out no others, and all together are no more than fits. */
    @Test
    void memoryIsBounded() {
        post(batch(span(1, 1)));
        for (int i = 1; i < 20; i++) {
            post(batch(large(2, i)));
        }
        get("/traces/00000000000000010000000000000001").then().statusCode(200);
        for (int trace = 3; trace < 100; trace++) {
            post(batch(large(trace, 1)));
        }
        get("/traces").then().body("size()", lessThanOrEqualTo(65));
        get("/traces/00000000000000010000000000000001").then().statusCode(404);
    }

    @Test
    void withoutTheOptionThereIsNothingAndThatIsSaid() {
        int off = Loopback.listen(vertx, 0, new TracePages(Optional.empty()));
        RestAssured.get("http://127.0.0.1:%d/traces".formatted(off))
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("detail", containsString("--traces"));
    }

    @Test
    void fileThatCannotBeWrittenStopsTheStart() {
        assertThrows(StartException.class, () -> Traces.open(Path.of("/nowhere/traces")));
    }

    private static Span.Builder large(int trace, int id) {
        return span(trace, id).setName("x".repeat(250 << 10));
    }

    private static Span.Builder span(long trace, long id) {
        return Span.newBuilder()
                .setTraceId(ByteString.copyFrom(
                        ByteBuffer.allocate(16).putLong(trace).putLong(trace).array()))
                .setSpanId(
                        ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id).array()));
    }

    private static KeyValue attribute(String name, AnyValue.Builder value) {
        return KeyValue.newBuilder().setKey(name).setValue(value).build();
    }

    private static byte[] batch(Span.Builder... spans) {
        var batch = ExportTraceServiceRequest.newBuilder();
        var scope = batch.addResourceSpansBuilder().addScopeSpansBuilder();
        for (var span : spans) {
            scope.addSpans(span);
        }
        return batch.build().toByteArray();
    }

    private Response post(byte[] batch) {
        return request().body(batch).post("/v1/traces");
    }

    private Response get(String path) {
        return RestAssured.get("http://127.0.0.1:" + port + path);
    }

    private RequestSpecification request() {
        return RestAssured.given()
                .config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .baseUri("http://127.0.0.1:" + port)
                .contentType("application/x-protobuf");
    }
}
