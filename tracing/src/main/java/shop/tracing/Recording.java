/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** OpenTelemetry's SDK, which gives spans to a collector in batches, as far as callers want theirs to be recorded. */
record Recording(SdkTracerProvider provider) {
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");

    /** The time that a process waits at its end for what it has not sent. */
    private static final Duration AT_SHUTDOWN = Duration.ofSeconds(3);

    /**
     * @param endpoint the base, to which the path for traces is added
     * @param headers {@code name=value,…}, percent-encoded; may be empty
     */
    static Recording of(String service, String endpoint, String headers) {
        Collector collector = new Collector(URI.create(endpoint.replaceFirst("/*$", "/v1/traces")), parsed(headers));
        return new Recording(SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(SERVICE, service)))
                .addSpanProcessor(BatchSpanProcessor.builder(collector)
                        .setScheduleDelay(Duration.ofSeconds(1)) // of processes that may be killed after some
                        .build())
                .build());
    }

    private static Map<String, String> parsed(String headers) {
        return Stream.of(headers.split(","))
                .map(header -> header.split("=", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(
                        pair -> pair[0].strip(), pair -> URLDecoder.decode(pair[1].strip(), StandardCharsets.UTF_8)));
    }

    Tracer tracer() {
        return provider.get("shop");
    }

    void end() {
        provider.shutdown().join(AT_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
