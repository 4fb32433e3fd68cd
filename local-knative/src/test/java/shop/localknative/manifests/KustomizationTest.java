package shop.localknative.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.StartException;

class KustomizationTest {
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
                message.startsWith(directory.resolve("overlay/kustomization.yaml") + ":2: patches: unknown"), message);
    }

    @Test
    void resourceThatIsNotThereIsNamed() throws IOException {
        write("overlay/kustomization.yaml", "resources:\n  - ../base\n  - nothing.yaml\n");
        var message = complaint("overlay");
        assertTrue(message.startsWith(directory.resolve("overlay/kustomization.yaml") + ":3: resources[1]:"), message);
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
        return ManifestReader.read(directory.resolve(kustomization))
                .find(ConfigMap.class, namespace, "settings")
                .orElseThrow()
                .getData();
    }

    private String complaint(String kustomization) {
        return assertThrows(StartException.class, () -> ManifestReader.read(directory.resolve(kustomization)))
                .getMessage();
    }

    private void write(String file, String text) throws IOException {
        var path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
