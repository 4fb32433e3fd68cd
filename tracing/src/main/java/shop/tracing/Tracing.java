/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.TracerProvider;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import io.vertx.core.tracing.TracingOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Has Vert.x tell of the requests that it receives and sends. They are recorded only where {@code OTEL_EXPORTER_OTLP_ENDPOINT} says
 * whom to send them to: without it, neither the SDK nor its threads are there.
 */
@Singleton
class Tracing implements VertxOptionsCustomizer {
    private final Optional<Recording> recording;

    Tracing(Config config) {
        recording = text(config, "OTEL_EXPORTER_OTLP_ENDPOINT")
                .map(endpoint -> Recording.of(
                        text(config, "OTEL_SERVICE_NAME")
                                .or(() -> text(config, "K_SERVICE")) // Knative's name of it
                                .orElseGet(() -> config.getValue("quarkus.application.name", String.class)),
                        endpoint,
                        text(config, "OTEL_EXPORTER_OTLP_HEADERS").orElse("")));
    }

    @Override
    @SuppressWarnings(
            "deprecation") // In place of setFactory there is VertxBuilder only, which Quarkus shows to nobody.
    public void accept(VertxOptions vertx) {
        Spans spans = new Spans(recording
                .map(Recording::tracer)
                .orElseGet(() -> TracerProvider.noop().get("")));
        vertx.setTracingOptions(new TracingOptions().setFactory(options -> spans));
    }

    /** After all others, whose last steps are sent, too. */
    void end(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent stopped) {
        recording.ifPresent(Recording::end);
    }

    private static Optional<String> text(Config config, String name) {
        return config.getOptionalValue(name, String.class);
    }
}
