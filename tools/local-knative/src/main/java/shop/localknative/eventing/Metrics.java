/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The figures of eventing for Prometheus. {@code kn.eventing.dispatch.duration} is Knative's own, of the broker's ingress and
 * filter, with its bounds, in the names that OpenTelemetry's exporter makes of it, its scope and its attributes (knative/eventing
 * pkg/broker/ingress, pkg/broker/filter and pkg/observability). Knative's sources count nothing any more
 * (pkg/metrics/source/stats_reporter.go): those of here do, under its keys.
 */
final class Metrics {
    private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10};

    /** Who sends events chooses their types, so there may be any number; with that of the others, fifty are labels. */
    private static final int MOST_TYPES = 49;

    private final Set<String> types = ConcurrentHashMap.newKeySet();
    private final CollectorRegistry registry = new CollectorRegistry();
    private final Histogram dispatches = Histogram.build(
                    "kn_eventing_dispatch_duration_seconds", "The duration to dispatch the event")
            .labelNames(
                    "otel_scope_name",
                    "url_scheme",
                    "messaging_system",
                    "messaging_operation_name",
                    "kn_broker_name",
                    "kn_broker_namespace",
                    "messaging_destination_name",
                    "cloudevents_type",
                    "http_response_status_code")
            .buckets(BOUNDS)
            .register(registry);
    private final Counter pings = Counter.build(
                    "local_knative_source_events_total", "Events that PingSources have sent, retries included")
            .labelNames("kn_source_name", "kn_source_namespace", "http_response_status_code")
            .register(registry);
    private final Gauge refused = Gauge.build(
                    "local_knative_refused_dead_letters",
                    "Dead letters that are kept here, since their sink refuses them with a status that is not retried")
            .labelNames("trigger", "messaging_destination_name", "http_response_status_code")
            .register(registry);

    /** A publisher was answered. */
    void accepted(Broker broker, Message event, int code, Duration duration) {
        observe("knative.dev/pkg/broker/ingress", broker.name(), "", event, code, duration);
    }

    /** A subscriber has answered, or a dead letter sink. */
    void dispatched(Subscription subscription, Message event, int code, Duration duration) {
        var destination = EventSpans.destination("trigger", subscription.trigger());
        observe("knative.dev/pkg/broker/filter", subscription.broker(), destination, event, code, duration);
    }

    void pinged(String source, int code) {
        pings.labels(name(source)[1], name(source)[0], Integer.toString(code)).inc();
    }

    private void observe(String scope, String broker, String destination, Message event, int code, Duration duration) {
        dispatches
                .labels(
                        scope,
                        "http",
                        "knative",
                        "send",
                        name(broker)[1],
                        name(broker)[0],
                        destination,
                        label(event.attributes().get("type")),
                        Integer.toString(code))
                .observe(duration.toNanos() / 1e9);
    }

    private String label(String type) {
        if (types.contains(type)) {
            return type;
        }
        synchronized (types) {
            return types.size() < MOST_TYPES && types.add(type) || types.contains(type) ? type : "_OTHER";
        }
    }

    /** The namespace and the name of {@code namespace/name}. */
    private static String[] name(String name) {
        return name.split("/");
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
