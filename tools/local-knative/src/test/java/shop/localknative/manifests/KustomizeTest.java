/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.console.StartException;

/** A kustomization as kubectl renders it. */
class KustomizeTest {
    @TempDir
    Path directory;

    @BeforeEach
    void base() throws IOException {
        assumeTrue(Kustomize.installed().isPresent(), "needs kubectl or kustomize");
        write("base/service.yaml", """
                # the greeter
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: greeter}
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/greeter
                """);
        write("base/kustomization.yml", "resources: [service.yaml]\n");
    }

    @Test
    void allOfKustomizeIsUnderstood() throws IOException {
        write("component/kustomization.yaml", """
                kind: Component
                configMapGenerator: [{name: more, literals: [a=b]}]
                """);
        write("overlay/patch.yaml", """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: greeter}
                spec: {template: {spec: {containerConcurrency: 7}}}
                """);
        write("overlay/kustomization.yaml", """
                namespace: dev
                namePrefix: dev-
                resources: [../base]
                components: [../component]
                labels: [{pairs: {stage: dev}}]
                images: [{name: test/greeter, newTag: "2"}]
                secretGenerator: [{name: password, literals: [a=b], options: {disableNameSuffixHash: true}}]
                patches: [{path: patch.yaml}]
                """);
        var manifests = read("overlay");
        var service = manifests.find(Service.class, "dev", "dev-greeter").orElseThrow();
        var pod = service.getSpec().getTemplate().getSpec();
        assertEquals("test/greeter:2", pod.getContainers().getFirst().getImage());
        assertEquals(7, pod.getContainerConcurrency());
        assertEquals(Map.of("stage", "dev"), service.getMetadata().getLabels());
        assertTrue(service.getMetadata().getAnnotations().isEmpty(), "where it comes from is no annotation of its own");
        assertTrue(manifests.find(Secret.class, "dev", "dev-password").isPresent());
        assertEquals(1, manifests.of(ConfigMap.class).size());
    }

    @Test
    void whatIsWrongIsToldByTheFileAndTheLineThatItComesFrom() throws IOException {
        write("overlay/kustomization.yaml", """
                namePrefix: dev-
                resources: [../base]
                patches:
                  - target: {kind: Service}
                    patch: |
                      - {op: add, path: /spec/template/spec/initContainers, value: [{image: test/first}]}
                """);
        var message = assertThrows(StartException.class, () -> read("overlay")).getMessage();
        assertTrue(
                message.startsWith(directory.resolve("base/service.yaml")
                        + ":7: Service dev-greeter, spec.template.spec.initContainers: "),
                message);
    }

    @Test
    void whatKustomizeDoesNotUnderstandIsSaidInItsWords() throws IOException {
        write("overlay/kustomization.yaml", "resources: [../base]\npatchez: []\n");
        var message = assertThrows(StartException.class, () -> read("overlay")).getMessage();
        assertTrue(message.contains(directory.resolve("overlay").toString()), message);
        assertTrue(message.contains("patchez"), message);
    }

    @Test
    void everyFileThatItNamesIsWatched() throws IOException {
        write("base/settings.properties", "a=b\n");
        write("base/kustomization.yml", """
                resources: [service.yaml]
                configMapGenerator: [{name: settings, files: [renamed=settings.properties]}]
                """);
        write("overlay/kustomization.yaml", "resources: [../base]\n");
        var files = new HashSet<Path>();
        ManifestReader.read(directory.resolve("overlay"), Set.of(), files);
        assertTrue(
                files.containsAll(List.of(
                        directory.resolve("overlay/kustomization.yaml"),
                        directory.resolve("base"),
                        directory.resolve("base/service.yaml"),
                        directory.resolve("base/settings.properties"))),
                files.toString());
    }

    private Manifests read(String kustomization) {
        return ManifestReader.read(directory.resolve(kustomization));
    }

    private void write(String file, String text) throws IOException {
        var path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
