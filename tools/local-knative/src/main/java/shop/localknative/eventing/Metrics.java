/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The figures of eventing for Prometheus. {@code kn.eventing.dispatch.duration} is Knative's own, with its bounds
 * (knative/eventing pkg/broker/filter), in the names that OpenTelemetry's exporter makes of it and of its attributes.
 */
final class Metrics {
    private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10};

    private final CollectorRegistry registry = new CollectorRegistry();
    private final Histogram dispatches = Histogram.build(
                    "kn_eventing_dispatch_duration_seconds", "The duration to dispatch the event")
            .labelNames("messaging_destination_name", "http_response_status_code")
            .buckets(BOUNDS)
            .register(registry);
    private final Gauge refused = Gauge.build(
                    "local_knative_refused_dead_letters",
                    "Dead letters that are kept here, since their sink refuses them with a status that is not retried")
            .labelNames("trigger", "messaging_destination_name", "http_response_status_code")
            .register(registry);

    void dispatched(URI destination, int code, Duration duration) {
        dispatches.labels(destination.toString(), Integer.toString(code)).observe(duration.toNanos() / 1e9);
    }

    /** All figures in Prometheus' text format. */
    synchronized String text(List<RefusedDeadLetters> kept) {
        refused.clear();
        kept.forEach(letters -> refused.labels(
                        letters.trigger(), letters.sink().toString(), Integer.toString(letters.code()))
                .set(letters.count()));
        StringWriter text = new StringWriter();
        try {
            TextFormat.write004(text, registry.metricFamilySamples());
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory can be written", e);
        }
        return text.toString();
    }
}
