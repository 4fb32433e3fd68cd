/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.workload.Workload;

class ImagesTest {
    @TempDir
    Path directory;

    @Test
    void scriptAmongTheArgumentsOfACommandIsWatchedSinceItIsPartOfTheVersion() throws IOException {
        var script = Files.writeString(directory.resolve("script.sh"), "echo one");
        var manifest = Files.writeString(directory.resolve("hello.yaml"), """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: hello}
                spec: {template: {spec: {containers: [{image: test/hello, command: [/bin/sh], args: ['%s']}]}}}
                """.formatted(script));
        var workload = Workload.all(ManifestReader.read(manifest)).getFirst();
        var images = new Images(List.of(), Map.of(), directory.resolve("images"));

        var before = images.of(workload);
        Files.writeString(script, "echo two, which is longer");
        assertNotEquals(before.version(), images.of(workload).version());
        assertEquals(List.of(Path.of("/bin/sh"), script), images.files(workload));
    }
}
