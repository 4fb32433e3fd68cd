/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.console.StartException;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.platform.TokenIssuer;

class VolumesTest {
    @TempDir
    Path directory;

    @Test
    void keysOfAConfigMapAreFiles() throws IOException {
        var settings = volumes("configMap: {name: settings}").mounts(directory).get("/mnt");
        assertEquals("hello", Files.readString(settings.resolve("greeting")));
        assertEquals("42", Files.readString(settings.resolve("answer")));
    }

    @Test
    void itemsChooseKeysAndTheirPaths() throws IOException {
        var settings = volumes("configMap: {name: settings, items: [{key: greeting, path: deep/hi}]}")
                .mounts(directory)
                .get("/mnt");
        assertEquals("hello", Files.readString(settings.resolve("deep/hi")));
        assertTrue(Files.notExists(settings.resolve("answer")));
    }

    @Test
    void changedConfigMapReplacesAllFilesAtOnce() throws IOException {
        var volumes = volumes("configMap: {name: settings}");
        var settings = volumes.mounts(directory).get("/mnt");
        var before = settings.resolve("..data").toRealPath();
        volumes.write(config("greeting: goodbye, farewell: again"));
        assertEquals("goodbye", Files.readString(settings.resolve("greeting")));
        assertEquals("again", Files.readString(settings.resolve("farewell")));
        assertTrue(Files.notExists(settings.resolve("answer"), LinkOption.NOFOLLOW_LINKS));
        assertTrue(Files.notExists(before));
        assertEquals(
                settings.resolve("..data").toRealPath(),
                settings.resolve("greeting").toRealPath().getParent());
    }

    @Test
    void unchangedConfigMapIsLeftAlone() throws IOException {
        var volumes = volumes("configMap: {name: settings}");
        var data = volumes.mounts(directory).get("/mnt").resolve("..data");
        var before = data.toRealPath();
        volumes.write(config("greeting: hello, answer: \"42\""));
        assertEquals(before, data.toRealPath());
    }

    @Test
    void whatWasBrokenOffIsCompletedByTheNextWrite() throws IOException {
        var volumes = volumes("configMap: {name: settings}");
        var settings = volumes.mounts(directory).get("/mnt");
        Files.delete(settings.resolve("greeting")); // as on a disk that was full after ..data was replaced
        volumes.write(config("greeting: hello, answer: \"42\""));
        assertEquals("hello", Files.readString(settings.resolve("greeting")));
    }

    /** Kubernetes' {@code pkg/controller/certificates/rootcacertpublisher} makes it, and no manifest has it. */
    @Test
    void everyNamespaceHasTheAuthoritiesToTrust() throws Exception {
        var file = volumes("configMap: {name: kube-root-ca.crt}")
                .mounts(directory)
                .get("/mnt")
                .resolve("ca.crt");
        try (var certificates = Files.newInputStream(file)) {
            assertFalse(CertificateFactory.getInstance("X.509")
                    .generateCertificates(certificates)
                    .isEmpty());
        }
    }

    @Test
    void emptyDirIsAnInstancesOwn() throws IOException {
        var volumes = volumes("emptyDir: {}");
        var one = volumes.mounts(directory.resolve("one")).get("/mnt");
        var other = volumes.mounts(directory.resolve("other")).get("/mnt");
        assertTrue(Files.isDirectory(one));
        assertNotEquals(one, other);
    }

    @Test
    void missingConfigMapIsNamed() {
        var e = assertThrows(StartException.class, () -> volumes("configMap: {name: nothing}"));
        assertTrue(
                e.getMessage().contains("spec.template.spec.volumes[0].configMap.name: there is no ConfigMap"),
                e.getMessage());
    }

    @Test
    void tokenIsThatOfTheServiceAccountForItsAudience() throws IOException {
        var token = volumes(
                        "projected: {sources: [{serviceAccountToken: {path: token, audience: bank, expirationSeconds: 600}}]}")
                .mounts(directory)
                .get("/mnt")
                .resolve("token");
        var payload = Files.readString(token).split("\\.")[1];
        var claims = new JsonObject(new String(Base64.getUrlDecoder().decode(payload)));
        assertEquals("system:serviceaccount:default:greeter-account", claims.getString("sub"));
        assertEquals("bank", claims.getString("aud"));
        assertEquals(600, claims.getLong("exp") - claims.getLong("iat"));
    }

    @Test
    void tokenIsRenewedAtHalfOfItsLife() throws IOException {
        var volumes = volumes(
                "projected: {sources: [{serviceAccountToken: {path: token, audience: bank, expirationSeconds: 600}}]}");
        var token = volumes.mounts(directory).get("/mnt").resolve("token");
        assertEquals(Optional.of(Duration.ofSeconds(300)), volumes.renewal());
        var first = Files.readString(token);
        volumes.write(config("greeting: hello"));
        assertNotEquals(first, Files.readString(token));
    }

    private Config config(String data) throws IOException {
        var file = directory.resolve("manifests/service.yaml");
        Files.writeString(file, Files.readString(file).replaceFirst("(?m)^data: \\{.*}", "data: {" + data + "}"));
        return new Config(ManifestReader.read(file.getParent()));
    }

    private Volumes volumes(String source) throws IOException {
        var manifests = Files.createDirectories(directory.resolve("manifests"));
        Files.writeString(manifests.resolve("service.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data: {greeting: hello, answer: "42"}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: greeter}
                spec:
                  template:
                    spec:
                      serviceAccountName: greeter-account
                      containers:
                        - image: test/greeter
                          volumeMounts: [{name: volume, mountPath: /mnt}]
                      volumes:
                        - name: volume
                          %s
                """.formatted(source));
        var read = ManifestReader.read(manifests);
        var volumes = new Volumes(
                Workload.all(read).getFirst(),
                TokenIssuer.cluster(directory.resolve("keys")),
                directory.resolve("volumes"));
        volumes.write(new Config(read));
        return volumes;
    }
}
