/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.knative.serving.v1.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.localknative.console.StartException;

class ManifestReaderTest {
    @TempDir
    Path directory;

    @Test
    void unknownFieldIsNamedWithFileLineAndPath() {
        var message = complaintAbout("""
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: greeter
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/greeter
                          imagePullPollicy: Always
                """);
        assertTrue(message.startsWith(file() + ":10: spec.template.spec.containers[0].imagePullPollicy:"), message);
    }

    @Test
    void unknownFieldOfALaterDocumentHasTheLineOfTheFile() {
        var message = complaintAbout("""
                # first
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: one}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: two}
                dada: {}
                """);
        assertTrue(message.startsWith(file() + ":9: dada: unknown field"), message);
    }

    @Test
    void numberWhereTextBelongsIsRefusedAsInACluster() {
        var message = complaintAbout("""
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: settings
                data:
                  retries: 5
                """);
        assertTrue(message.startsWith(file() + ":6: data.retries: expected a String"), message);
    }

    @Test
    void textWhereANumberBelongsIsRefused() {
        var message = complaintAbout(service("timeoutSeconds: soon"));
        assertTrue(message.contains("spec.template.spec.timeoutSeconds: expected a Long"), message);
    }

    @Test
    void keyGivenTwiceIsRefused() {
        var message = complaintAbout("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data: {a: one}
                data: {a: two}
                """);
        assertTrue(message.startsWith(file() + ":5: not YAML: found duplicate key data"), message);
    }

    @Test
    void whatIsNotYamlIsRefusedWithItsLine() {
        var message = complaintAbout("kind: ConfigMap\n  name: x\n");
        assertTrue(message.startsWith(file() + ":2: not YAML"), message);
    }

    @Test
    void unknownKindStopsTheStart() {
        var message = complaintAbout("""
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: web}
                """);
        assertTrue(message.startsWith(file() + ":2: kind: apps/v1 DaemonSet is not a kind"), message);
        assertTrue(message.contains("--skip DaemonSet leaves it out"), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            flows.knative.dev/v1 | Sequence | give each step a Trigger for the type of event that the step before it replies with
            flows.knative.dev/v1 | Parallel | give each branch a Trigger with the branch's filter
            messaging.knative.dev/v1 | Channel | use a Broker
            messaging.knative.dev/v1 | InMemoryChannel | use a Broker
            messaging.knative.dev/v1 | Subscription | use a Trigger
            """)
    void kindThatIsNotRunStopsTheStartWithWhatToDoInstead(String apiVersion, String kind, String instead) {
        var message = complaintAbout("""
                apiVersion: %s
                kind: %s
                metadata: {name: flow}
                """.formatted(apiVersion, kind));
        assertEquals(
                "%s:2: kind: %s %s is not a kind that local-knative runs; %s, or --skip %s leaves it out"
                        .formatted(file(), apiVersion, kind, instead, kind),
                message);
    }

    @ParameterizedTest
    @CsvSource({
        "serving.knative.dev/v1beta1, Service, serving.knative.dev/v1",
        "eventing.knative.dev/v1beta1, Broker, eventing.knative.dev/v1",
        "sources.knative.dev/v1beta2, PingSource, sources.knative.dev/v1",
        "extensions/v1beta1, Deployment, ''",
    })
    void servedVersionOlderThanV1IsTheOneToWrite(String apiVersion, String kind, String instead) {
        var message = complaintAbout("apiVersion: %s%nkind: %s%nmetadata: {name: old}%n".formatted(apiVersion, kind));
        assertTrue(message.endsWith(instead.isEmpty() ? "v1 Service]" : "; write apiVersion: " + instead), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            livenessProbe: {exec: {command: [a]}} | livenessProbe.exec | write httpGet or tcpSocket
            readinessProbe: {exec: {command: [a]}} | readinessProbe.exec | write httpGet or tcpSocket
            startupProbe: {grpc: {port: 9000}} | startupProbe.grpc | write tcpSocket
            """)
    void probeThatIsNotRunIsRefusedWithWhatToWrite(String probe, String field, String instead) {
        var message = complaintAbout(service("containerConcurrency: 0") + "          " + probe + "\n");
        assertTrue(message.contains("spec.template.spec.containers[0].%s: ".formatted(field)), message);
        assertTrue(message.endsWith("local-knative does not run it; " + instead), message);
    }

    @Test
    void kindsOfAClusterAreListedAsSkipped() {
        var manifests = read("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: greeter}
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: closed}
                """);
        assertEquals(List.of(), manifests.all());
        assertEquals(
                Map.of("ServiceAccount", List.of("greeter"), "NetworkPolicy", List.of("closed")), manifests.skipped());
    }

    @Test
    void featureThatIsNotRunIsRefusedThoughTheModelKnowsIt() {
        var message = complaintAbout(service("initContainers: [{name: first, image: test/first}]"));
        assertTrue(message.startsWith(file() + ":8: Service greeter, spec.template.spec.initContainers:"), message);
    }

    @Test
    void fieldsWithoutMeaningOnOneMachineAreAccepted() {
        var manifests = read(service("imagePullSecrets: [{name: registry}]"));
        assertEquals(1, manifests.all().size());
    }

    @Test
    void secondContainerIsRefused() {
        var message = complaintAbout(service("containerConcurrency: 0") + "        - image: test/other\n");
        assertTrue(message.contains(":11: Service greeter, spec.template.spec.containers[1]: one container"), message);
    }

    @Test
    void subscriberThatDoesNotExistIsNamed() {
        var message = complaintAbout("""
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: default}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: greeted}
                spec:
                  broker: default
                  subscriber:
                    ref:
                      apiVersion: serving.knative.dev/v1
                      kind: Service
                      name: nobody
                """);
        assertTrue(
                message.startsWith(file() + ":14: Trigger greeted, spec.subscriber.ref.name: there is no Service"),
                message);
    }

    @Test
    void triggerOfABrokerThatDoesNotExistIsRefused() {
        var message = complaintAbout("""
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: greeted}
                spec:
                  broker: nowhere
                  subscriber: {uri: http://localhost/}
                """);
        assertTrue(message.startsWith(file() + ":5: Trigger greeted, spec.broker: there is no Broker"), message);
    }

    @Test
    void bindingOfWhatIsNotAServiceIsRefused() {
        var message = complaintAbout("""
                apiVersion: sources.knative.dev/v1
                kind: SinkBinding
                metadata: {name: publishers}
                spec:
                  subject:
                    apiVersion: batch/v1
                    kind: Job
                    name: web
                  sink: {uri: http://localhost/}
                """);
        assertTrue(message.startsWith(file() + ":7: SinkBinding publishers, spec.subject.kind: expected"), message);
    }

    @Test
    void ofAResourceDefinedTwiceTheLaterCountsAsWithKubectlAndThatIsSaid() {
        var manifests = read(service("timeoutSeconds: 1") + "---\n" + service("timeoutSeconds: 2"));
        var service = manifests.resources(Service.class).getFirst();
        assertEquals(2, service.getSpec().getTemplate().getSpec().getTimeoutSeconds());
        assertTrue(manifests.notes().getFirst().startsWith("Service greeter is in " + file()), manifests.notes() + "");
    }

    private static String service(String line) {
        return """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: greeter
                spec:
                  template:
                    spec:
                      %s
                      containers:
                        - image: test/greeter
                """.formatted(line);
    }

    private String complaintAbout(String yaml) {
        return assertThrows(StartException.class, () -> read(yaml)).getMessage();
    }

    private Manifests read(String yaml) {
        try {
            Files.writeString(file(), yaml);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return ManifestReader.read(directory);
    }

    private Path file() {
        return directory.resolve("greeter.yaml");
    }
}
