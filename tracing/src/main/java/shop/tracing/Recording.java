/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** OpenTelemetry's SDK, which sends spans in batches (OTLP over HTTP), as far as callers want theirs to be recorded. */
record Recording(SdkTracerProvider provider) {
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");

    /** The time that a process waits at its end for what it has not sent. */
    private static final Duration AT_SHUTDOWN = Duration.ofSeconds(3);

    /**
     * @param endpoint the base, to which the path for traces is added
     * @param headers {@code name=value,…}, percent-encoded; may be empty
     */
    static Recording of(String service, String endpoint, String headers) {
        OtlpHttpSpanExporterBuilder exporter =
                OtlpHttpSpanExporter.builder().setEndpoint(endpoint.replaceFirst("/*$", "/v1/traces"));
        for (String header : headers.split(",")) {
            String[] pair = header.split("=", 2);
            if (pair.length == 2) {
                exporter.addHeader(pair[0].strip(), URLDecoder.decode(pair[1].strip(), StandardCharsets.UTF_8));
            }
        }
        return new Recording(SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(SERVICE, service)))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter.build())
                        .setScheduleDelay(Duration.ofSeconds(1)) // of processes that may be killed after some
                        .build())
                .build());
    }

    Tracer tracer() {
        return provider.get("shop");
    }

    void end() {
        provider.shutdown().join(AT_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
