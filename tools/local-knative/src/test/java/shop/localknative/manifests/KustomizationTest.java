/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.console.StartException;

/** The part of kustomize that is understood where neither kubectl nor kustomize is installed. */
class KustomizationTest {
    private static final String SERVICE = """
            apiVersion: serving.knative.dev/v1
            kind: Service
            metadata: {name: hello, namespace: demo, labels: {a: b}, annotations: {c: d}}
            spec:
              template:
                metadata: {annotations: {autoscaling.knative.dev/max-scale: "2"}}
                spec:
                  containerConcurrency: 0
                  automountServiceAccountToken: false
                  containers:
                    - image: hello
                      env: [{name: A, value: a}]
                      readinessProbe: {httpGet: {path: /, port: 9000}, successThreshold: 1}
                      livenessProbe: {tcpSocket: {port: 8080}}
                      resources: {limits: {memory: 256Mi}}
                      securityContext: {runAsNonRoot: true, capabilities: {drop: [ALL]}}
                      volumeMounts: [{name: tmp, mountPath: /tmp}, {name: token, mountPath: /token}]
                  volumes:
                    - {name: tmp, emptyDir: {}}
                    - name: token
                      projected: {sources: [{serviceAccountToken: {audience: a, path: token}}]}
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void base() throws IOException {
        write("base/settings.properties", "a=b\n");
        write("base/kustomization.yaml", """
                configMapGenerator:
                  - name: settings
                    namespace: demo
                    literals:
                      - timeout=PT15M
                      - greeting="hello, world"
                    files:
                      - settings.properties
                      - renamed=settings.properties
                """);
    }

    @Test
    void generatorTakesLiteralsAndFiles() {
        assertEquals(
                Map.of(
                        "timeout", "PT15M",
                        "greeting", "hello, world",
                        "settings.properties", "a=b\n",
                        "renamed", "a=b\n"),
                settings("base", "demo"));
    }

    @Test
    void whereHashedNamesAreReplacedMeansNothingHere() throws IOException {
        write("base/kustomization.yaml", """
                configurations: [name-references.yaml]
                configMapGenerator:
                  - name: settings
                    namespace: demo
                    literals: [a=b]
                """);
        assertEquals(Map.of("a", "b"), settings("base", "demo"));
    }

    @Test
    void mergeChangesSomeKeys() throws IOException {
        overlay("behavior: merge");
        assertEquals("PT1S", settings("overlay", "demo").get("timeout"));
        assertEquals("hello, world", settings("overlay", "demo").get("greeting"));
    }

    @Test
    void replaceKeepsNothing() throws IOException {
        overlay("behavior: replace");
        assertEquals(Map.of("timeout", "PT1S"), settings("overlay", "demo"));
    }

    @Test
    void createOfWhatIsThereIsRefused() throws IOException {
        overlay("behavior: create");
        var message = complaint("overlay");
        assertTrue(message.startsWith(directory.resolve("overlay/kustomization.yaml") + ":5: "), message);
        assertTrue(message.contains("say behavior: merge or replace"), message);
    }

    @Test
    void mergeIntoWhatIsNotThereIsRefused() throws IOException {
        write("overlay/kustomization.yaml", """
                configMapGenerator:
                  - {name: settings, behavior: merge, literals: [a=b]}
                """);
        assertTrue(complaint("overlay").contains("there is no ConfigMap settings to merge"));
    }

    @Test
    void namespaceOfAKustomizationIsThatOfAllItsResources() throws IOException {
        write("overlay/kustomization.yaml", """
                namespace: elsewhere
                resources: [../base]
                """);
        assertEquals("PT15M", settings("overlay", "elsewhere").get("timeout"));
    }

    @Test
    void folderWithoutKustomizationIsAllItsYamlFiles() throws IOException {
        write("plain/one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n");
        write("plain/notes.txt", "not a manifest");
        assertEquals(Map.of("a", "b"), settings("plain", "default"));
    }

    @Test
    void partOfKustomizeThatIsNotReadIsRefused() throws IOException {
        write("overlay/kustomization.yaml", "resources: [../base]\npatches:\n  - path: patch.yaml\n");
        var message = complaint("overlay");
        assertTrue(
                message.startsWith(directory.resolve("overlay/kustomization.yaml") + ":3: patches[0].path: unknown"),
                message);
        assertTrue(message.endsWith("with kubectl or kustomize on the PATH, all of kustomize is understood"), message);
    }

    /** As kubectl kustomize does it: resources, generators, components, patches. */
    @Test
    void componentChangesWhatWasReadBeforeItAndIsChangedByThePatchesOfItsKustomization() throws IOException {
        write("component/kustomization.yaml", """
                kind: Component
                configMapGenerator:
                  - {name: more, namespace: demo, literals: [a=b]}
                patches:
                  - target: {kind: ConfigMap, name: settings|mo}
                    patch: |
                      - {op: add, path: /data/component, value: was here}
                      - {op: remove, path: /data/renamed}
                """);
        write("overlay/kustomization.yaml", """
                resources: [../base]
                components: [../component]
                patches:
                  - target: {version: v1, name: .*, namespace: demo}
                    patch: |
                      - {op: add, path: /data/overlay, value: was here}
                  - target: {name: settings}
                    patch: |
                      - {op: test, path: /data/component, value: was here}
                      - {op: replace, path: /data/timeout, value: PT1S}
                """);
        assertEquals(
                Map.of(
                        "timeout", "PT1S",
                        "greeting", "hello, world",
                        "settings.properties", "a=b\n",
                        "component", "was here",
                        "overlay", "was here"),
                settings("overlay", "demo"));
        assertEquals(
                Map.of("a", "b", "overlay", "was here"),
                read("overlay")
                        .find(ConfigMap.class, "demo", "more")
                        .orElseThrow()
                        .getData());
    }

    @Test
    void patchOfAKustomizationChangesItsOwnResourcesOnly() throws IOException {
        write("other/kustomization.yaml", """
                patches:
                  - target: {kind: ConfigMap}
                    patch: |
                      - {op: remove, path: /data/timeout}
                """);
        write("overlay/kustomization.yaml", "resources: [../base, ../other]\n");
        assertEquals("PT15M", settings("overlay", "demo").get("timeout"));
    }

    @Test
    void patchChangesNothingButWhatItSays() throws IOException {
        write("base/service.yaml", SERVICE);
        write("base/kustomization.yaml", "resources: [service.yaml]\n");
        write("overlay/kustomization.yaml", """
                resources: [../base]
                patches:
                  - target: {group: serving.knative.dev, kind: Service}
                    patch: |
                      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: B, value: b}}
                """);
        write(
                "expected/service.yaml",
                SERVICE.replace("{name: A, value: a}", "{name: A, value: a}, {name: B, value: b}"));
        assertEquals(service("expected"), service("overlay"));
    }

    @Test
    void whatAPatchMakesIsReadAsStrictly() throws IOException {
        write("base/service.yaml", SERVICE);
        write("base/kustomization.yaml", "resources: [service.yaml]\n");
        patched("{op: add, path: /spec/template/spec/containers/0/lifecycle, value: {}}");
        assertTrue(complaint("overlay").contains("lifecycle: Kubernetes knows this field"), complaint("overlay"));
        patched("{op: add, path: /spec/template/spec/containerz, value: []}");
        assertTrue(complaint("overlay").contains("containerz: unknown field"), complaint("overlay"));
    }

    @Test
    void patchThatDoesNotFitIsNamed() throws IOException {
        patched("{op: add, path: /spec/a, value: b}");
        assertTrue(
                complaint("overlay")
                        .startsWith(directory.resolve("overlay/kustomization.yaml") + ":4: patches[0].patch: "),
                complaint("overlay"));
        patched("{data: {a: b}}");
        assertTrue(complaint("overlay").contains("patches[0].patch: not a JSON patch"), complaint("overlay"));
        write("overlay/kustomization.yaml", """
                resources: [../base]
                patches:
                  - patch: |
                      kind: ConfigMap
                """);
        assertTrue(complaint("overlay").contains("patches[0]: expected a target"), complaint("overlay"));
    }

    @Test
    void aComponentIsNoKustomizationNorTheOtherWayRound() throws IOException {
        write("component/kustomization.yaml", "kind: Component\n");
        write("overlay/kustomization.yaml", "resources: [../component]\n");
        assertTrue(complaint("overlay").contains("a Kustomization is expected here"), complaint("overlay"));
        write("overlay/kustomization.yaml", "components:\n  - ../base\n");
        assertTrue(complaint("overlay").contains("a Component is expected here"), complaint("overlay"));
        write("overlay/kustomization.yaml", "components:\n  - ../nowhere\n");
        assertTrue(complaint("overlay").contains(":2: components[0]: no such file"), complaint("overlay"));
    }

    @Test
    void resourceThatIsNotThereIsNamed() throws IOException {
        write("overlay/kustomization.yaml", "resources:\n  - ../base\n  - nothing.yaml\n");
        var message = complaint("overlay");
        assertTrue(message.startsWith(directory.resolve("overlay/kustomization.yaml") + ":3: resources[1]:"), message);
    }

    private void patched(String operation) throws IOException {
        write("overlay/kustomization.yaml", """
                resources: [../base]
                patches:
                  - target: {name: .*}
                    patch: |
                      - %s
                """.formatted(operation));
    }

    private Service service(String kustomization) {
        return read(kustomization).find(Service.class, "demo", "hello").orElseThrow();
    }

    private void overlay(String behavior) throws IOException {
        write("overlay/kustomization.yaml", """
                resources: [../base]
                configMapGenerator:
                  - name: settings
                    namespace: demo
                    %s
                    literals: [timeout=PT1S]
                """.formatted(behavior));
    }

    private Map<String, String> settings(String kustomization, String namespace) {
        return read(kustomization)
                .find(ConfigMap.class, namespace, "settings")
                .orElseThrow()
                .getData();
    }

    private Manifests read(String kustomization) {
        return ManifestReader.read(directory.resolve(kustomization), Set.of(), new HashSet<>(), Optional.empty());
    }

    private String complaint(String kustomization) {
        return assertThrows(StartException.class, () -> read(kustomization)).getMessage();
    }

    private void write(String file, String text) throws IOException {
        var path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
