/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.serving.v1.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.console.StartException;
import shop.localknative.serving.scaling.Scaling;

/** Knative's own ConfigMaps: serving's pkg/apis/config and pkg/autoscaler/config/config.go, eventing's pkg/apis/config. */
class KnativeConfigTest {
    private static final String SERVICE = """
            apiVersion: serving.knative.dev/v1
            kind: Service
            metadata: {name: greeter}
            spec:
              template:
                metadata: {annotations: {autoscaling.knative.dev/minScale: "3"}}
                spec:
                  %s
                  containers: [{image: test/greeter}]
            """;

    @TempDir
    Path directory;

    @Test
    void autoscalersDefaultsAreTheServicesUnlessTheySayOtherwise() throws IOException {
        var scaling = Scaling.of(read(SERVICE.formatted(""), config("serving", "config-autoscaler", """
                        stable-window: 90s
                        min-scale: "1"
                        max-scale: "7"
                        container-concurrency-target-default: "50"
                        container-concurrency-target-percentage: "0.5"
                """))
                .of(Service.class)
                .getFirst());
        assertEquals(Duration.ofSeconds(90), scaling.window());
        assertEquals(3, scaling.minScale());
        assertEquals(7, scaling.maxScale());
        assertEquals(25, scaling.target());
    }

    @Test
    void defaultsAndLimitsOfServices() throws IOException {
        var defaults = config("serving", "config-defaults", """
                        revision-timeout-seconds: "20"
                        max-revision-timeout-seconds: "30"
                        container-concurrency: "5"
                """);
        var service =
                read(SERVICE.formatted(""), defaults).resources(Service.class).getFirst();
        assertEquals(20, service.getSpec().getTemplate().getSpec().getTimeoutSeconds());
        assertEquals(5, service.getSpec().getTemplate().getSpec().getContainerConcurrency());
        var tooLong = SERVICE.formatted("timeoutSeconds: 31");
        var problem = assertThrows(StartException.class, () -> read(tooLong, defaults))
                .getMessage();
        assertTrue(problem.contains("timeoutSeconds: 31 is not a number from 0 to 30"), problem);
    }

    @Test
    void featureLetsAFieldPass() throws IOException {
        var service = SERVICE.formatted("nodeSelector: {disk: ssd}");
        var feature = "        kubernetes.podspec-nodeselector: %s%n";
        read(service, config("serving", "config-features", feature.formatted("Enabled")));
        var disabled = config("serving", "config-features", feature.formatted("disabled"));
        var problem = assertThrows(StartException.class, () -> read(service, disabled))
                .getMessage();
        assertTrue(
                problem.contains("nodeSelector: Knative refuses this, unless its ConfigMap config-features"), problem);
    }

    @Test
    void deliveryOfBrokersThatHaveNone() throws IOException {
        var manifests = read("""
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: default}
                spec: {}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: own}
                spec: {delivery: {retry: 1}}
                """, config("eventing", "config-br-defaults", """
                        default-br-config: |
                          clusterDefault:
                            brokerClass: MTChannelBasedBroker
                            delivery: {retry: 3, backoffDelay: PT0.5S, backoffPolicy: linear}
                """));
        assertEquals(
                List.of(3, 1),
                manifests.resources(Broker.class).stream()
                        .map(broker -> broker.getSpec().getDelivery().getRetry())
                        .toList());
    }

    @Test
    void whatIsNotHonouredIsNamed() throws IOException {
        var manifests = read(
                SERVICE.formatted(""),
                config("serving", "config-autoscaler", """
                        _example: nothing
                        max-scale-up-rate: "10"
                """)
                        + config("serving", "config-domain", "        example.com: ''\n"));
        assertEquals(
                List.of(
                        "knative-serving/config-autoscaler: max-scale-up-rate is not honoured",
                        "knative-serving/config-domain: example.com is not honoured"),
                manifests.notes());
    }

    @Test
    void valueThatKnativeDoesNotTakeIsRefusedWhereItStands() {
        var wrong = config("serving", "config-defaults", "        container-concurrency: many\n");
        var problem = assertThrows(StartException.class, () -> read(SERVICE.formatted(""), wrong))
                .getMessage();
        assertTrue(problem.contains("config.yaml:5: ConfigMap config-defaults, data.container-concurrency: "), problem);
    }

    private static String config(String part, String name, String data) {
        return """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {namespace: knative-%s, name: %s}
                data:
                %s
                """.formatted(part, name, data.indent(2));
    }

    private Manifests read(String manifests, String config) throws IOException {
        Files.writeString(directory.resolve("config.yaml"), config.strip().replaceFirst("---\n", ""));
        Files.writeString(directory.resolve("manifests.yaml"), manifests);
        return ManifestReader.read(directory);
    }
}
