/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.scaling;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.GoDuration;
import shop.localknative.manifests.Manifest;

/**
 * The scaling of a revision: the annotations of its template, checked as Knative's webhook does
 * (pkg/apis/autoscaling/annotation_validation.go), with the defaults of its ConfigMap {@code config-autoscaler}. One
 * differs: without an annotation {@code initial-scale} is 0, so that a start does not start everything at once.
 *
 * @param target of the metric for each instance, utilization included
 * @param maxScale 0 for no limit
 * @param retention how long the last instance stays when there is nothing to do any more
 * @param panicThreshold how many times the ready instances must be needed
 * @param containerConcurrency how many requests an instance takes at once, 0 for no limit
 */
public record Scaling(
        Metric metric,
        double target,
        int minScale,
        int maxScale,
        int initialScale,
        int activationScale,
        Duration window,
        Duration panicWindow,
        double panicThreshold,
        Duration retention,
        Duration scaleDownDelay,
        int containerConcurrency) {

    public enum Metric {
        CONCURRENCY,
        RPS
    }

    private static final String GROUP = "autoscaling.knative.dev/";
    private static final String CLASS = "kpa.autoscaling.knative.dev";
    /** Every request goes through the activator here, so target-burst-capacity is no capacity to reserve. */
    private static final Set<String> KNOWN = Set.of(("class metric target target-utilization-percentage "
                    + "target-burst-capacity min-scale max-scale initial-scale activation-scale scale-down-delay "
                    + "scale-to-zero-pod-retention-period window panic-window-percentage panic-threshold-percentage")
            .split(" "));

    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(6);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int MANY = 1_000_000;

    /** @throws shop.localknative.console.StartException for an annotation that Knative would not accept, too */
    public static Scaling of(Manifest manifest) {
        if (!(manifest.resource() instanceof Service service)) {
            return fixed(
                    manifest.resource() instanceof Deployment deployment
                            ? deployment.getSpec().getReplicas()
                            : 1);
        }
        var own = FieldPath.of("metadata", "annotations");
        new Annotations(manifest, own, service.getMetadata())
                .refuse(name -> true, "belongs to spec.template.metadata.annotations");
        var template = service.getSpec().getTemplate();
        var field = FieldPath.of("spec", "template", "metadata", "annotations");
        var annotations = new Annotations(manifest, field, template.getMetadata());
        annotations.refuse(
                name -> !KNOWN.contains(name), "local-knative does not know it; it knows " + new TreeSet<>(KNOWN));
        var concurrency = template.getSpec().getContainerConcurrency();
        return of(annotations, concurrency == null ? 0 : concurrency.intValue());
    }

    /** The nearest number of instances that is allowed. */
    public int bounded(int instances) {
        return Math.clamp(instances, minScale, maxScale == 0 ? Integer.MAX_VALUE : maxScale);
    }

    /** That of a Deployment or a ContainerSource: no more, no fewer. */
    private static Scaling fixed(int replicas) {
        var second = Duration.ofSeconds(1);
        return new Scaling(
                Metric.CONCURRENCY,
                MANY,
                replicas,
                replicas,
                replicas,
                replicas,
                SHORTEST_WINDOW,
                second,
                2,
                Duration.ZERO,
                Duration.ZERO,
                0);
    }

    private static Scaling of(Annotations annotations, int containerConcurrency) {
        annotations.oneOf("class", "write " + CLASS + " or leave it out, with the metric concurrency or rps", CLASS);
        var name = annotations.oneOf("metric", "write one of these", "concurrency", "rps");
        var metric = Metric.valueOf(name.toUpperCase(Locale.ROOT));
        int min = (int) annotations.number("min-scale", 0, 0, MANY);
        int max = (int) annotations.number("max-scale", 0, 0, MANY);
        if (max != 0 && max < min) {
            throw annotations.problem("max-scale", "is less than min-scale, which is " + min);
        }
        int activation = (int) annotations.number("activation-scale", 1, 1, max == 0 ? MANY : max);
        var window = annotations.duration("window", Duration.ofSeconds(60), SHORTEST_WINDOW);
        var panicWindow = window.toMillis() * annotations.decimal("panic-window-percentage", 10, 1, 100) / 100;
        annotations.decimal("target-burst-capacity", 200, -1, MANY);
        return new Scaling(
                metric,
                target(annotations, metric, containerConcurrency),
                min,
                max,
                (int) annotations.number("initial-scale", 0, 0, MANY),
                activation,
                window,
                Duration.ofSeconds(Math.max(1, (long) panicWindow / 1000)),
                annotations.decimal("panic-threshold-percentage", 200, 110, 1000) / 100,
                annotations.duration("scale-to-zero-pod-retention-period", Duration.ZERO, Duration.ZERO),
                annotations.duration("scale-down-delay", Duration.ZERO, Duration.ZERO),
                containerConcurrency);
    }

    /** As ResolveMetricTarget in pkg/reconciler/autoscaling/resources/target.go. */
    private static double target(Annotations annotations, Metric metric, int containerConcurrency) {
        double unspecified = metric == Metric.RPS ? 200 : containerConcurrency == 0 ? 100 : containerConcurrency;
        double total = annotations.decimal("target", unspecified, 0.01, MANY);
        if (metric == Metric.CONCURRENCY && containerConcurrency != 0) {
            total = Math.min(total, containerConcurrency);
        }
        return Math.max(1, total * annotations.decimal("target-utilization-percentage", 70, 1, 100) / 100);
    }

    private static final class Annotations {
        private final Manifest manifest;
        private final FieldPath field;
        private final Map<String, String> keys = new TreeMap<>();
        private final Map<String, String> values = new TreeMap<>();

        Annotations(Manifest manifest, FieldPath field, ObjectMeta metadata) {
            this.manifest = manifest;
            this.field = field;
            var annotations = metadata == null ? null : metadata.getAnnotations();
            Optional.ofNullable(annotations).orElse(Map.of()).forEach((key, value) -> {
                if (key.startsWith(GROUP)) {
                    // Knative still reads minScale for min-scale.
                    var name = key.substring(GROUP.length())
                            .replaceAll("([A-Z])", "-$1")
                            .toLowerCase();
                    keys.put(name, key);
                    values.put(name, value);
                }
            });
        }

        void refuse(Predicate<String> names, String why) {
            keys.keySet().stream().filter(names).findFirst().ifPresent(name -> {
                throw problem(name, why);
            });
        }

        String oneOf(String name, String wayOut, String... allowed) {
            var value = values.getOrDefault(name, allowed[0]);
            if (!Set.of(allowed).contains(value)) {
                throw problem(name, "'%s' is not one of %s; %s".formatted(value, String.join(", ", allowed), wayOut));
            }
            return value;
        }

        double number(String name, int unspecified, int least, int most) {
            double number = decimal(name, unspecified, least, most);
            if (number != Math.rint(number)) {
                throw problem(name, "'%s' is not a whole number".formatted(values.get(name)));
            }
            return number;
        }

        double decimal(String name, double unspecified, double least, double most) {
            var value = values.get(name);
            if (value == null) {
                return unspecified;
            }
            try {
                double number = Double.parseDouble(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // explained below
            }
            throw problem(name, "'%s' is not a number from %s to %s".formatted(value, text(least), text(most)));
        }

        Duration duration(String name, Duration unspecified, Duration least) {
            var value = values.get(name);
            if (value == null) {
                return unspecified;
            }
            return GoDuration.parse(value)
                    .filter(d -> d.compareTo(least) >= 0 && d.compareTo(LONGEST) <= 0 && d.getNano() == 0)
                    .orElseThrow(() -> problem(
                            name,
                            "'%s' is not a time from %d s to 1 h in whole seconds, such as 90s or 1m30s"
                                    .formatted(value, least.toSeconds())));
        }

        RuntimeException problem(String name, String message) {
            return manifest.problem(message, field.then(keys.getOrDefault(name, GROUP + name)));
        }

        private static String text(double number) {
            return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
        }
    }
}
