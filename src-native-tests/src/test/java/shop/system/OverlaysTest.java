/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.system.Manifests.elements;
import static shop.system.Manifests.name;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The overlays for clusters, compared with the one that runs here every day. */
class OverlaysTest {
    private static final String LOCAL = "k8s/overlays/local";

    /** {@code op path} of a JSON patch, for the resources that it is made for. */
    private record Change(JsonNode target, String path) {
        boolean isFor(JsonNode resource) {
            return Manifests.selects(target, resource);
        }

        /** {@code /-} appends. */
        boolean covers(String difference) {
            return path.endsWith("/-")
                    ? difference.startsWith(path.substring(0, path.length() - 1))
                    : (difference + "/").startsWith(path + "/");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k8s/overlays/dev",
                "k8s/overlays/production",
                "src-native-tests/k8s/canary",
                "src-native-tests/k8s/kafka",
                "src-native-tests/k8s/traces"
            })
    void whatAlsoRunsHereIsTheSameButForWhatTheOverlaysSay(String overlay) {
        Set<Path> seen = new HashSet<>();
        List<JsonNode> kustomizations = Stream.of(overlay, LOCAL)
                .flatMap(one -> kustomizations(Manifests.ROOT.resolve(one).normalize(), seen).stream())
                .toList();
        List<Change> changes = kustomizations.stream()
                .flatMap(kustomization -> elements(kustomization.path("patches")))
                .flatMap(patch -> elements(Manifests.yaml(patch.get("patch").asText()))
                        .map(operation -> new Change(
                                patch.get("target"), operation.get("path").asText())))
                .toList();
        Map<String, JsonNode> here = byId(Manifests.rendered(LOCAL));
        Set<String> generated = new TreeSet<>();
        kustomizations.stream()
                .flatMap(kustomization -> elements(kustomization.path("configMapGenerator")))
                .forEach(generator ->
                        generated.add("ConfigMap " + generator.get("name").asText()));

        byId(Manifests.rendered(overlay)).forEach((id, there) -> {
            boolean isOutside = there.at("/spec/type").asText().equals("ExternalName");
            if (here.containsKey(id) && !generated.contains(id) && !isOutside) {
                differences("", here.get(id), there, new LinkedHashMap<>()).forEach((path, values) -> {
                    boolean isSaid = path.endsWith("/image")
                            || changes.stream().anyMatch(change -> change.isFor(there) && change.covers(path));
                    assertTrue(isSaid, id + " differs at " + path + ": " + values);
                });
            }
        });
    }

    @Test
    void productionRunsDigestsOfTheCompanysRegistryAndNoStandIn() {
        Manifests production = Manifests.rendered("k8s/overlays/production");
        production
                .pods()
                .forEach(pod -> pod.containers()
                        .forEach(container -> assertTrue(
                                container.get("image").asText().matches("registry\\.example/.+@sha256:[0-9a-f]{64}"),
                                pod.name() + " runs no digest of the company's registry")));
        assertFalse(production.has("Service", "payment-sandbox"));
        assertEquals(0, production.ofKind("Secret").count(), "Secrets are the operator's");
    }

    @Test
    void everythingInAClusterLogsForPrograms() {
        for (String overlay : List.of("k8s/overlays/dev", "k8s/overlays/production")) {
            Manifests.rendered(overlay)
                    .ownServices()
                    .forEach(pod -> assertEquals("true", pod.variable("QUARKUS_LOG_CONSOLE_JSON_ENABLED"), pod.name()));
        }
    }

    /** A cluster as it comes has no OIDC. */
    @Test
    void consumersTakeEventsOfKnownTriggersOnlyHereAndInProduction() {
        for (String overlay : List.of(LOCAL, "k8s/overlays/production")) {
            assertTrue(Manifests.rendered(overlay).has("EventPolicy", "schedule"), overlay);
        }
        for (String overlay : List.of("k8s/overlays/dev", "src-native-tests/k8s/kafka")) {
            assertEquals(0, Manifests.rendered(overlay).ofKind("EventPolicy").count(), overlay);
        }
    }

    @Test
    void customersWaitForNoStartInProduction() {
        Set<String> kept = new HashSet<>();
        Manifests.rendered("k8s/overlays/production").knativeServices().forEach(service -> {
            if (service.at("/spec/template/metadata/annotations/autoscaling.knative.dev~1min-scale")
                            .asInt()
                    > 0) {
                kept.add(name(service));
            }
        });
        assertEquals(Set.of("user-service", "order-service"), kept);
    }

    @Test
    void aCanaryGetsEveryTenthRequest() {
        List<JsonNode> split = Manifests.rendered("src-native-tests/k8s/canary")
                .knativeServices()
                .filter(service -> service.at("/spec/traffic").isArray())
                .toList();
        assertEquals(2, split.size());
        split.forEach(service -> {
            JsonNode traffic = service.at("/spec/traffic");
            assertEquals(90, traffic.at("/0/percent").asInt());
            assertTrue(traffic.at("/0/revisionName").asText().startsWith(name(service) + "-"));
            assertEquals(10, traffic.at("/1/percent").asInt());
            assertTrue(traffic.at("/1/latestRevision").asBoolean());
            assertEquals("canary", traffic.at("/1/tag").asText());
        });
    }

    @Test
    void everyProcessSendsItsSpansAndMayReachTheCollector() {
        Manifests traced = Manifests.rendered("src-native-tests/k8s/traces");
        JsonNode endpoint = byId(traced).get("ConfigMap traces").at("/data/endpoint");
        JsonNode port = byId(traced).get("NetworkPolicy to-collector").at("/spec/egress/0/ports/0/port");
        assertTrue(endpoint.asText().endsWith(":" + port.asInt()));
        traced.knativeServices()
                .forEach(service -> assertTrue(
                        service.at("/spec/template/spec/containers/0/env")
                                .findValuesAsText("name")
                                .contains("OTEL_EXPORTER_OTLP_ENDPOINT"),
                        name(service)));
    }

    /** Those that a kustomization is made of. */
    private static List<JsonNode> kustomizations(Path directory, Set<Path> seen) {
        Path file = directory.resolve("kustomization.yaml");
        if (!file.toFile().exists() || !seen.add(file)) {
            return List.of();
        }
        JsonNode kustomization = Manifests.documents(file).findFirst().orElseThrow();
        return Stream.concat(
                        Stream.of(kustomization),
                        Stream.of("resources", "components")
                                .flatMap(field -> elements(kustomization.path(field)))
                                .flatMap(part ->
                                        kustomizations(
                                                directory.resolve(part.asText()).normalize(), seen)
                                                .stream()))
                .toList();
    }

    private static Map<String, JsonNode> byId(Manifests manifests) {
        Map<String, JsonNode> byId = new LinkedHashMap<>();
        manifests
                .resources()
                .forEach(resource ->
                        byId.put(resource.get("kind").asText() + " " + withoutHash(name(resource)), resource));
        return byId;
    }

    /** As kustomize appends it. */
    private static String withoutHash(String name) {
        return name.replaceFirst("-[2456789bcdfghkmt]{10}$", "");
    }

    private static Map<String, String> differences(
            String path, JsonNode here, JsonNode there, Map<String, String> found) {
        if (here.isContainerNode() && here.getNodeType() == there.getNodeType()) {
            Set<String> children = new TreeSet<>();
            for (JsonNode node : List.of(here, there)) {
                node.fieldNames().forEachRemaining(children::add);
                for (int i = 0; i < node.size() && node.isArray(); i++) {
                    children.add(String.valueOf(i));
                }
            }
            children.forEach(child -> differences(
                    path + "/" + child.replace("~", "~0").replace("/", "~1"),
                    child(here, child),
                    child(there, child),
                    found));
        } else if (!withoutHash(here.asText()).equals(withoutHash(there.asText()))
                || here.isContainerNode()
                || there.isContainerNode()) {
            found.put(path, here + " here, " + there + " there");
        }
        return found;
    }

    private static JsonNode child(JsonNode node, String name) {
        return node.isArray() ? node.path(Integer.parseInt(name)) : node.path(name);
    }
}
