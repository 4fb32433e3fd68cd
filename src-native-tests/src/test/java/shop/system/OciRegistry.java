/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static shop.system.Manifests.elements;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Debian's docker-registry on loopback, spoken to by the OCI Distribution Specification 1.1. */
final class OciRegistry implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final String address;

    private OciRegistry(Path executable, Path directory) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + free.getLocalPort();
        }
        Path configuration = Files.writeString(
                directory.resolve("registry.yml"), """
                version: 0.1
                storage: {filesystem: {rootdirectory: "%s"}}
                http: {addr: "%s"}
                """.formatted(directory.resolve("registry"), address));
        process = new ProcessBuilder(executable.toString(), "serve", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile())
                .start();
        await().ignoreExceptions().until(() -> send(request("/v2/")).statusCode() == 200);
    }

    /** The test is skipped where the registry is neither installed nor to be had. */
    static OciRegistry start(Path directory) {
        try {
            Files.createDirectories(directory);
            return new OciRegistry(executable(directory), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path executable(Path directory) {
        Path fetched = directory.resolve("usr/bin/docker-registry");
        String download = "apt-get -q download docker-registry";
        String fetch =
                "{ " + download + " || apt-get -q update && " + download + "; } && dpkg-deb -x docker-registry_*.deb .";
        return Commands.find("docker-registry").orElseGet(() -> {
            assumeTrue(
                    Files.isExecutable(fetched) || Commands.succeeds(directory, "sh", "-c", fetch),
                    "no registry to push images to: install Debian's package docker-registry");
            return fetched;
        });
    }

    /** {@code 127.0.0.1:port} */
    String address() {
        return address;
    }

    /** An image of one layer. */
    void push(String name, String tag, byte[] tar, Map<String, Object> configuration) throws IOException {
        byte[] config = JSON.writeValueAsBytes(Map.of(
                "architecture",
                "amd64",
                "os",
                "linux",
                "config",
                configuration,
                "rootfs",
                Map.of("type", "layers", "diff_ids", new String[] {digest(tar)})));
        byte[] manifest = JSON.writeValueAsBytes(Map.of(
                "schemaVersion",
                2,
                "mediaType",
                MANIFEST,
                "config",
                pushed(name, config, "application/vnd.oci.image.config.v1+json"),
                "layers",
                new Object[] {pushed(name, compressed(tar), "application/vnd.oci.image.layer.v1.tar+gzip")}));
        send(request("/v2/" + name + "/manifests/" + tag)
                .header("Content-Type", MANIFEST)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(manifest)));
    }

    private static byte[] compressed(byte[] tar) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(tar);
        }
        return compressed.toByteArray();
    }

    private Map<String, Object> pushed(String name, byte[] blob, String mediaType) {
        String upload = send(request("/v2/" + name + "/blobs/uploads/").POST(HttpRequest.BodyPublishers.noBody()))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        send(HttpRequest.newBuilder(URI.create(upload + "&digest=" + digest(blob)))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(blob)));
        return Map.of("mediaType", mediaType, "digest", digest(blob), "size", blob.length);
    }

    JsonNode manifest(String name, String tag) throws IOException {
        return JSON.readTree(send(request("/v2/" + name + "/manifests/" + tag)
                        .header("Accept", MANIFEST)
                        .header("Accept", "application/vnd.docker.distribution.manifest.v2+json"))
                .body());
    }

    private byte[] blob(String name, String digest) {
        return send(request("/v2/" + name + "/blobs/" + digest)).body();
    }

    /** The image's layers as they are stored, the lowest first. */
    List<byte[]> layers(String name, JsonNode manifest) {
        return elements(manifest.get("layers"))
                .map(layer -> blob(name, layer.get("digest").asText()))
                .toList();
    }

    JsonNode config(String name, JsonNode manifest) throws IOException {
        return JSON.readTree(blob(name, manifest.at("/config/digest").asText())).get("config");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + address + path));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(response + ": " + new String(response.body(), UTF_8));
            }
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
        http.close();
    }
}
