/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.knative.serving.v1.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.localknative.console.StartException;
import shop.localknative.manifests.ManifestReader;

class ScalingTest {
    @TempDir
    Path directory;

    @Test
    void defaultsAreThoseOfKnative() throws IOException {
        var scaling = scaling("", "");
        assertEquals(
                new Scaling(
                        Scaling.Metric.CONCURRENCY,
                        70,
                        0,
                        0,
                        0,
                        1,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(6),
                        2,
                        Duration.ZERO,
                        Duration.ZERO,
                        0),
                scaling);
    }

    @Test
    void everyAnnotationIsRead() throws IOException {
        var scaling = scaling("""
                autoscaling.knative.dev/class: kpa.autoscaling.knative.dev
                autoscaling.knative.dev/metric: rps
                autoscaling.knative.dev/target: "150"
                autoscaling.knative.dev/target-utilization-percentage: "50"
                autoscaling.knative.dev/min-scale: "2"
                autoscaling.knative.dev/max-scale: "9"
                autoscaling.knative.dev/initial-scale: "3"
                autoscaling.knative.dev/activation-scale: "4"
                autoscaling.knative.dev/window: 1m40s
                autoscaling.knative.dev/panic-window-percentage: "20"
                autoscaling.knative.dev/panic-threshold-percentage: "300"
                autoscaling.knative.dev/scale-to-zero-pod-retention-period: 1h
                autoscaling.knative.dev/scale-down-delay: 15s
                autoscaling.knative.dev/target-burst-capacity: "-1"
                """, "containerConcurrency: 5");
        assertEquals(
                new Scaling(
                        Scaling.Metric.RPS,
                        75,
                        2,
                        9,
                        3,
                        4,
                        Duration.ofSeconds(100),
                        Duration.ofSeconds(20),
                        3,
                        Duration.ofHours(1),
                        Duration.ofSeconds(15),
                        5),
                scaling);
    }

    @Test
    void olderSpellingIsUnderstood() throws IOException {
        assertEquals(2, scaling("autoscaling.knative.dev/minScale: \"2\"", "").minScale());
    }

    @ParameterizedTest
    @CsvSource({
        "'', containerConcurrency: 10, 7",
        "'autoscaling.knative.dev/target: \"50\"', containerConcurrency: 10, 7",
        "'autoscaling.knative.dev/target: \"5\"', containerConcurrency: 10, 3.5",
        "'autoscaling.knative.dev/target: \"1\"', '', 1",
        "'autoscaling.knative.dev/metric: rps', containerConcurrency: 10, 140"
    })
    void targetIsWhatAnInstanceTakesTimesItsUtilization(String annotation, String spec, double target)
            throws IOException {
        assertEquals(target, scaling(annotation, spec).target(), 1e-9);
    }

    @ParameterizedTest
    @CsvSource({
        "min-scale, -1, not a number from 0",
        "min-scale, 1.5, not a whole number",
        "max-scale, many, not a number",
        "initial-scale, -1, not a number",
        "target, 0, not a number from 0.01",
        "target-utilization-percentage, 101, not a number from 1 to 100",
        "metric, memory, 'not one of concurrency, rps'",
        "class, hpa.autoscaling.knative.dev, not one of kpa.autoscaling.knative.dev",
        "window, 5s, not a time from 6 s to 1 h",
        "window, 10.5s, in whole seconds",
        "window, 60, such as 90s",
        "scale-down-delay, 2h, not a time from 0 s to 1 h",
        "scale-to-zero-pod-retention-period, soon, not a time",
        "panic-window-percentage, 0, not a number from 1 to 100",
        "panic-threshold-percentage, 100, not a number from 110 to 1000",
        "min-scales, 1, local-knative does not know it"
    })
    void whatKnativeWouldNotAcceptIsNamed(String annotation, String value, String expected) {
        var key = "autoscaling.knative.dev/" + annotation;
        var e = assertThrows(StartException.class, () -> scaling(key + ": \"" + value + "\"", ""));
        assertTrue(e.getMessage().contains("Service test, spec.template.metadata.annotations." + key), e.getMessage());
        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1001})
    void containerConcurrencyThatKnativeWouldNotAcceptIsNamed(int limit) {
        var e = assertThrows(StartException.class, () -> scaling("", "containerConcurrency: " + limit));
        assertTrue(
                e.getMessage()
                        .contains(
                                "spec.template.spec.containerConcurrency: %d is not a number from 0".formatted(limit)),
                e.getMessage());
    }

    @Test
    void maximumIsNotLessThanTheMinimum() {
        var e = assertThrows(StartException.class, () -> scaling("""
                autoscaling.knative.dev/min-scale: "3"
                autoscaling.knative.dev/max-scale: "2"
                """, ""));
        assertTrue(e.getMessage().contains("max-scale: is less than min-scale, which is 3"), e.getMessage());
    }

    @Test
    void annotationOfTheServiceItselfIsNotIgnored() throws IOException {
        Files.writeString(directory.resolve("service.yaml"), """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: test
                  annotations: {autoscaling.knative.dev/min-scale: "1"}
                spec: {template: {spec: {containers: [{image: test}]}}}
                """);
        var e = assertThrows(StartException.class, this::read);
        assertTrue(e.getMessage().contains("belongs to spec.template.metadata.annotations"), e.getMessage());
    }

    private Scaling scaling(String annotations, String spec) throws IOException {
        Files.writeString(directory.resolve("service.yaml"), """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: test
                spec:
                  template:
                    metadata:
                      annotations:
                        test/other: x
                %s
                    spec:
                      containers: [{image: test}]
                %s
                """.formatted(annotations.indent(8), spec.indent(6)));
        return read();
    }

    private Scaling read() {
        return Scaling.of(ManifestReader.read(directory).of(Service.class).getFirst());
    }
}
