/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Quarkus knows of a service when it is built, against what base says of it. */
class GeneratedManifestsIT {
    private static final String KNATIVES_DEFAULT_PORT = "8080";

    private static final Map<String, List<JsonNode>> SERVICES =
            Manifests.of("k8s/base").knativeServices().toList().stream()
                    .collect(toMap(
                            service -> container(service).get("image").asText(),
                            List::of,
                            (one, another) -> Stream.concat(one.stream(), another.stream())
                                    .toList()));

    static Stream<String> images() {
        return SERVICES.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("images")
    void imagePortAndProbesAreTheSame(String image) {
        JsonNode generated = generated(image.replaceFirst("^shop/", ""));
        JsonNode container = container(generated);
        assertEquals("docker.io/" + image, container.get("image").asText().replaceFirst(":[^:/]+$", ""));
        assertEquals(
                KNATIVES_DEFAULT_PORT, container.at("/ports/0/containerPort").asText());
        // Quarkus leaves the port of Knative's probes out; that of the management interface it names for Prometheus.
        String management =
                generated.at("/metadata/annotations/prometheus.io~1port").asText();
        assertFalse(management.isEmpty());
        for (JsonNode service : SERVICES.get(image)) {
            String name = Manifests.name(service);
            assertTrue(
                    container(service).path("ports").isMissingNode(),
                    name + " has another port than Knative's default");
            // Its liveness, at a path of the requests' port, would be 404 there: base asks for a connection.
            JsonNode readiness = container(service).at("/readinessProbe/httpGet");
            assertEquals(
                    container.at("/readinessProbe/httpGet/path").asText(),
                    readiness.get("path").asText(),
                    name);
            assertEquals(management, readiness.get("port").asText(), name);
            assertEquals(
                    KNATIVES_DEFAULT_PORT,
                    container(service).at("/livenessProbe/tcpSocket/port").asText(),
                    name);
        }
    }

    private static JsonNode generated(String module) {
        return Manifests.documents(Manifests.ROOT.resolve(module + "/target/kubernetes/knative.yml"))
                .filter(resource -> resource.get("kind").asText().equals("Service"))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode container(JsonNode service) {
        return service.at("/spec/template/spec/containers/0");
    }
}
