/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.Stream;
import shop.localknative.metrics.ProcessMetrics;

/**
 * The figures of serving for Prometheus: those of Knative's activator, autoscaler and queue-proxy under their names, as
 * OpenTelemetry's exporter writes them, and the cold starts; of the processes themselves, {@link ProcessMetrics}.
 */
public final class ServingMetrics {
    /** Gauges of a revision; with Knative's sources, below knative/serving's pkg. */
    enum Figure {
        // activator/handler/metrics.go
        CONCURRENCY("kn_revision_request_concurrency", "Concurrent requests that are routed to Activator"),
        QUEUED(
                "kn_revision_request_queued",
                "Number of requests currently queued in the activator waiting for capacity"),
        ACTIVE("kn_revision_request_active", "Number of requests currently being proxied by the activator"),
        // queue/request_metric.go
        DEPTH("kn_serving_queue_depth", "Number of current requests in the queue"),
        // autoscaler/scaling/metrics.go
        DESIRED("kn_revision_pods_desired", "Number of pods the autoscaler wants to allocate"),
        PANIC_MODE("kn_revision_panic_mode", "If greater than 0 the autoscaler is in panic mode"),
        STABLE_CONCURRENCY(
                "kn_revision_concurrency_stable", "Average of request count per observed pod over the stable window"),
        PANIC_CONCURRENCY(
                "kn_revision_concurrency_panic", "Average of request count per observed pod over the panic window"),
        TARGET_CONCURRENCY("kn_revision_concurrency_target", "The desired concurrent requests for each pod"),
        STABLE_RPS(
                "kn_revision_rps_stable_per_second",
                "Average of requests-per-second per observed pod over the stable window"),
        PANIC_RPS(
                "kn_revision_rps_panic_per_second",
                "Average of requests-per-second per observed pod over the panic window"),
        TARGET_RPS("kn_revision_rps_target_per_second", "The desired concurrent requests for each pod"),
        // reconciler/autoscaling/kpa/metrics.go
        REQUESTED("kn_revision_pods_requested", "Number of pods autoscaler requested from Kubernetes"),
        READY("kn_revision_pods_count", "Number of pods that are allocated currently"),
        NOT_READY("kn_revision_pods_not_ready_count", "Number of pods that are not ready currently"),
        PENDING("kn_revision_pods_pending_count", "Number of pods that are pending currently"),
        TERMINATING("kn_revision_pods_terminating_count", "Number of pods that are terminating currently");

        private final String metric;
        private final String help;

        Figure(String metric, String help) {
            this.metric = metric;
            this.help = help;
        }
    }

    /** The keys of pkg/metrics/key.go, which both proxies and the autoscaler give. */
    private static final List<String> LABELS =
            List.of("k8s_namespace_name", "kn_service_name", "kn_configuration_name", "kn_revision_name");

    /** The bounds of pkg/queue/request_metric.go. */
    private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10};

    private final CollectorRegistry registry = new CollectorRegistry();
    private final ProcessMetrics processes;
    private final Histogram invocations = Histogram.build(
                    "kn_serving_invocation_duration_seconds", "The duration of task execution")
            .labelNames(Stream.concat(LABELS.stream(), Stream.of("http_response_status_code"))
                    .toArray(String[]::new))
            .buckets(BOUNDS)
            .register(registry);
    private final Histogram coldStarts = Histogram.build(
                    "local_knative_cold_start_duration_seconds",
                    "From the start of a process until it is ready, while no other one of its revision is")
            .labelNames(LABELS.toArray(String[]::new))
            .buckets(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .register(registry);

    public ServingMetrics(ProcessMetrics processes) {
        this.processes = processes.register(registry);
    }

    ProcessMetrics processes() {
        return processes;
    }

    void started(Revision revision, Duration time) {
        coldStarts.labels(labels(revision).toArray(String[]::new)).observe(time.toNanos() / 1e9);
    }

    /** A request was answered by an instance. */
    public void answered(Revision revision, int status, Duration time) {
        var name = revision.service();
        invocations
                .labels(namespace(revision), name, name, revision.name(), Integer.toString(status))
                .observe(time.toNanos() / 1e9);
    }

    /** All figures in Prometheus' text format. */
    public String text(Stream<Instances> revisions) {
        var families = new EnumMap<Figure, GaugeMetricFamily>(Figure.class);
        revisions
                .filter(instances ->
                        instances.revision().podTemplate().workload().service().isPresent())
                .forEach(instances -> instances
                        .figures()
                        .forEach((figure, value) -> families.computeIfAbsent(
                                        figure, f -> new GaugeMetricFamily(f.metric, f.help, LABELS))
                                .addMetric(labels(instances.revision()), value.doubleValue())));
        try {
            var text = new StringWriter();
            TextFormat.write004(text, Collections.enumeration(List.<MetricFamilySamples>copyOf(families.values())));
            TextFormat.write004(text, registry.metricFamilySamples());
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory can be written", e);
        }
    }

    private static List<String> labels(Revision revision) {
        var name = revision.service();
        return List.of(namespace(revision), name, name, revision.name());
    }

    private static String namespace(Revision revision) {
        return revision.podTemplate().workload().namespace();
    }
}
