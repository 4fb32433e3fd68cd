/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fabric8.knative.serving.v1.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.localknative.console.StartException;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.Platform;
import shop.localknative.workload.Config;
import shop.localknative.workload.Workload;

/** Mistakes of the person at the keyboard, each told with its place and a way out. */
class MistakesTest {
    @TempDir
    Path directory;

    @Test
    void secretThatIsNotBase64IsNamed() throws IOException {
        write("""
                apiVersion: v1
                kind: Secret
                metadata: {name: s}
                data:
                  password: <placeholder>
                """);
        refused(
                "a.yaml:5: Secret s, data.password: not base64: encode the value, or write it into stringData",
                () -> new Config(ManifestReader.read(directory)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{name: c}", "{image: ''}", "{image: null}"})
    void containerWithoutAnImageIsNamed(String container) throws IOException {
        write(service("containers: [%s]".formatted(container)));
        refused(
                "Service hello, spec.template.spec.containers[0].image: ",
                () -> Workload.of(
                        ManifestReader.read(directory).of(Service.class).getFirst()));
    }

    @Test
    void folderWithoutManifestsHasNothingToRun() throws IOException {
        refused(directory + ": nothing to run there", () -> start());
        write("apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n");
        refused("nothing to run there; skipped is {Namespace=[n]}", () -> start());
    }

    @Test
    void optionsAreLookedAtBeforeAnythingIsStarted() throws IOException {
        write(service("containers: [{image: test/hello}]"));
        refused("--port 70000: expected 0 to 65535", () -> start("--port=70000"));
        refused("--process test/helo: no manifest names", () -> start("--process=test/helo=x"));
        refused(
                "--external helo: the manifests have no such service, only [hello]",
                () -> start("--external=helo=http://localhost:1"));
        refused("--external hello=localhost:9000: expected a URL", () -> start("--external=hello=localhost:9000"));
        refused(
                "--monitoring other: expected a directory with alertmanager.yml and prometheus.yml",
                () -> start("--monitoring=other"));
    }

    @Test
    void databaseThatCanNotBeMadeIsSaidWithItsLogAndTheSpaceThatIsLeft() throws IOException {
        var postgresql = Files.createDirectories(directory.resolve("data/postgresql"));
        Files.writeString(postgresql.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
        Files.writeString(postgresql.resolve("PG_VERSION"), "7"); // as unusable as a full disk
        try (var data = DataDirectory.open(directory.resolve("data"));
                var platform = Platform.start(data)) {
            refused("PostgreSQL can't be started: ", () -> platform.createDatabase("x"));
            refused("logs/postgresql.log may say more; ", () -> platform.createDatabase("x"));
        }
    }

    private void write(String manifest) throws IOException {
        Files.writeString(directory.resolve("a.yaml"), manifest);
    }

    private static String service(String pod) {
        return """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: hello}
                spec: {template: {spec: {%s}}}
                """.formatted(pod);
    }

    private void start(String... arguments) {
        new Cluster(TestSystem.options(
                directory,
                Stream.concat(Stream.of("-k=" + directory), Stream.of(arguments))
                        .toArray(String[]::new)));
    }

    private static void refused(String message, Executable mistake) {
        assertThat(assertThrows(StartException.class, mistake).getMessage(), containsString(message));
    }
}
