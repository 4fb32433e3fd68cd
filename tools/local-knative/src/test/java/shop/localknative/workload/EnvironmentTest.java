/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.console.StartException;
import shop.localknative.manifests.ManifestReader;

class EnvironmentTest {
    @TempDir
    Path directory;

    @Test
    void valuesComeFromConfigMapsAndSecrets() throws IOException {
        assertEquals(Map.of("GREETING", "hello", "PASSWORD", "geheim"), environment("""
                        - {name: GREETING, valueFrom: {configMapKeyRef: {name: settings, key: greeting}}}
                        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: secrets, key: password}}}
                        """));
    }

    @Test
    void earlierVariablesAreExpanded() throws IOException {
        var environment = environment("""
                - {name: HOST, value: db}
                - {name: URL, value: "jdbc://$(HOST):1/$(LATER)?price=$$(HOST)"}
                - {name: LATER, value: x}
                """);
        assertEquals("jdbc://db:1/$(LATER)?price=$(HOST)", environment.get("URL"));
    }

    @Test
    void missingOptionalReferenceLeavesTheVariableOut() throws IOException {
        assertEquals(Map.of(), environment("""
                        - {name: A, valueFrom: {configMapKeyRef: {name: nothing, key: a, optional: true}}}
                        - {name: B, valueFrom: {secretKeyRef: {name: secrets, key: nothing, optional: true}}}
                        """));
    }

    @Test
    void missingObjectIsNamedWithItsPlace() {
        var message = complaint("- {name: A, valueFrom: {configMapKeyRef: {name: nothing, key: a}}}");
        assertTrue(
                message.contains(
                        "spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef.name: there is no ConfigMap"),
                message);
    }

    @Test
    void missingKeyIsNamedWithTheKeysThatThereAre() {
        var message = complaint("- {name: A, valueFrom: {secretKeyRef: {name: secrets, key: pasword}}}");
        assertTrue(message.endsWith("there is no key pasword, only [password]"), message);
    }

    private String complaint(String env) {
        return assertThrows(StartException.class, () -> environment(env)).getMessage();
    }

    private Map<String, String> environment(String env) throws IOException {
        Files.writeString(directory.resolve("service.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data: {greeting: hello}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: secrets}
                stringData: {password: geheim}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: greeter}
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/greeter
                          env:
                """ + env.indent(12));
        var manifests = ManifestReader.read(directory);
        return Environment.of(Workload.all(manifests).getFirst(), new Config(manifests));
    }
}
