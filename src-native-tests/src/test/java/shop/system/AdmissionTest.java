/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.system.Manifests.elements;
import static shop.system.Manifests.name;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Refusals of a cluster at {@code kubectl apply}: the rules of Knative's webhooks and of Kubernetes that manifests have
 * broken here, each with the source that decides and its message. All features are as Knative ships them.
 */
class AdmissionTest {
    /** Serving, pkg/apis/serving/fieldmask.go, PodSpecMask: the rest is behind feature flags. */
    private static final Set<String> POD_SPEC = Set.of(
            "serviceAccountName",
            "containers",
            "volumes",
            "imagePullSecrets",
            "enableServiceLinks",
            "automountServiceAccountToken",
            "containerConcurrency",
            "timeoutSeconds");

    /** Serving, pkg/apis/serving/fieldmask.go, ContainerMask. */
    private static final Set<String> CONTAINER = Set.of(
            "name",
            "args",
            "command",
            "env",
            "workingDir",
            "envFrom",
            "image",
            "imagePullPolicy",
            "livenessProbe",
            "ports",
            "readinessProbe",
            "resources",
            "securityContext",
            "startupProbe",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "volumeMounts");

    /** Serving, pkg/apis/serving/fieldmask.go, VolumeSourceMask; emptyDir is on by default. */
    private static final Set<String> VOLUME = Set.of("name", "secret", "configMap", "projected", "emptyDir");

    static Stream<Named<Manifests>> systems() {
        return ManifestsTest.systems();
    }

    /** Serving, pkg/apis/serving/k8s_validation.go, ValidatePodSpec. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("systems")
    void mustNotSetTheFields(Manifests manifests) {
        manifests.knativeServices().forEach(service -> {
            JsonNode spec = service.at("/spec/template/spec");
            assertAllowed(service, spec, POD_SPEC);
            elements(spec.get("containers")).forEach(container -> assertAllowed(service, container, CONTAINER));
            elements(spec.path("volumes")).forEach(volume -> assertAllowed(service, volume, VOLUME));
        });
    }

    /** Serving, pkg/apis/serving/k8s_validation.go, validateReadinessProbe. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("systems")
    void failureThresholdIsDisallowedWhenPeriodSecondsIsZero(Manifests manifests) {
        manifests
                .knativeServices()
                .map(service -> service.at("/spec/template/spec/containers/0/readinessProbe"))
                .filter(probe -> probe.path("periodSeconds").asInt() == 0)
                .forEach(probe -> Set.of("failureThreshold", "timeoutSeconds")
                        .forEach(field ->
                                assertFalse(probe.has(field), field + " is disallowed when periodSeconds is zero")));
    }

    /** Eventing, pkg/apis/sources/v1/ping_validation.go, validateJSON: an object, not any JSON. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("systems")
    void pingSourceDataIsUnmarshalledIntoAMap(Manifests manifests) throws Exception {
        for (JsonNode ping : manifests.ofKind("PingSource").toList()) {
            String data = ping.at("/spec/data").asText();
            if (ping.at("/spec/contentType").asText().equals("application/json") && !data.isEmpty()) {
                assertEquals(
                        JsonNodeType.OBJECT,
                        new ObjectMapper().readTree(data).getNodeType(),
                        name(ping) + ": json: cannot unmarshal into Go value of type map[string]interface {}");
            }
        }
    }

    /** Eventing, pkg/apis/eventing/v1alpha1/eventpolicy_validation.go: a cluster as it comes has no OIDC. */
    @Test
    void oidcAuthenticationFeatureNotEnabled() {
        List.of("k8s/base", "k8s/overlays/dev", "src-native-tests/k8s/kafka")
                .forEach(overlay -> assertEquals(
                        0,
                        Manifests.rendered(overlay).ofKind("EventPolicy").count(),
                        overlay + ": oidc-authentication feature not enabled"));
        assertTrue(Manifests.rendered("k8s/overlays/production")
                        .ofKind("EventPolicy")
                        .count()
                > 0);
    }

    /** Eventing, pkg/apis/eventing/v1/broker_validation.go: the class and the configuration are immutable, so they are said. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("systems")
    void theBrokersClassIsSaidAndItsAddressIsThatClasss(Manifests manifests) {
        Map<String, String> ingresses =
                Map.of("MTChannelBasedBroker", "broker-ingress", "Kafka", "kafka-broker-ingress");
        JsonNode broker = manifests.ofKind("Broker").findFirst().orElseThrow();
        String brokerClass = broker.at("/metadata/annotations/eventing.knative.dev~1broker.class")
                .asText();
        JsonNode address = manifests
                .ofKind("ConfigMap")
                .filter(map -> name(map).matches("broker(-[a-z0-9]{10})?"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                "http://%s.knative-eventing.svc.cluster.local/shop/%s"
                        .formatted(ingresses.get(brokerClass), name(broker)),
                address.at("/data/url").asText());
        assertEquals(brokerClass.equals("Kafka"), broker.at("/spec/config").isObject());
    }

    /**
     * Eventing, pkg/channel/fanout: without this, a channel in memory answers after its subscribers, and whoever publishes waits
     * for them.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("systems")
    void aBrokerInMemoryAnswersAtOnce(Manifests manifests) {
        JsonNode annotations =
                manifests.ofKind("Broker").findFirst().orElseThrow().at("/metadata/annotations");
        if (annotations.get("eventing.knative.dev/broker.class").asText().equals("MTChannelBasedBroker")) {
            assertEquals(
                    "true",
                    annotations.path("messaging.knative.dev/async-handler").asText());
        }
    }

    /**
     * Where apply compares a list as a whole, a default that is filled in there reads as a change at every apply: Serving,
     * pkg/apis/serving/v1/revision_defaults.go and route_defaults.go; Kubernetes, NetworkPolicyPort and volumeClaimTemplates.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("systems")
    void aSecondApplyFindsEverythingUnchanged(Manifests manifests) {
        manifests.knativeServices().forEach(service -> {
            JsonNode spec = service.at("/spec/template/spec");
            JsonNode container = spec.at("/containers/0");
            assertEquals("user-container", container.path("name").asText(), name(service));
            assertEquals(1, container.at("/readinessProbe/successThreshold").asInt(), name(service));
            elements(service.at("/spec/traffic"))
                    .forEach(target -> assertTrue(target.has("latestRevision"), name(service) + " " + target));
            Set<String> writable = new HashSet<>();
            elements(spec.path("volumes"))
                    .filter(volume -> volume.has("emptyDir"))
                    .forEach(volume -> writable.add(volume.get("name").asText()));
            elements(container.path("volumeMounts"))
                    .forEach(mount -> assertEquals(
                            !writable.contains(mount.get("name").asText()),
                            mount.path("readOnly").asBoolean(),
                            name(service) + " " + mount));
        });
        manifests
                .ofKind("NetworkPolicy")
                .flatMap(policy -> policy.findValues("ports").stream())
                .flatMap(Manifests::elements)
                .forEach(port -> assertTrue(port.has("protocol"), port + " says no protocol"));
        manifests.valuesOf("volumeClaimTemplates").flatMap(Manifests::elements).forEach(claim -> {
            assertEquals("PersistentVolumeClaim", claim.path("kind").asText());
            assertEquals("Filesystem", claim.at("/spec/volumeMode").asText());
            assertEquals("Pending", claim.at("/status/phase").asText());
        });
        manifests
                .ofKind("Secret")
                .flatMap(secret -> elements(secret.path("data")))
                .forEach(value -> assertFalse(value.asText().contains("\n"), "kustomize breaks the lines of " + value));
    }

    private static void assertAllowed(JsonNode service, JsonNode node, Set<String> allowed) {
        node.fieldNames()
                .forEachRemaining(field ->
                        assertTrue(allowed.contains(field), name(service) + ": must not set the field(s): " + field));
    }
}
