/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;

/** The ConfigMaps and Secrets of one system, as bytes by key. */
public final class Config {
    /**
     * Which Kubernetes makes in every namespace ({@code pkg/controller/certificates/rootcacertpublisher}): no API server has a
     * certificate here, and whom the JDK trusts is trusted.
     */
    private static final String TRUSTED = id("ConfigMap", "", "kube-root-ca.crt");

    private final Map<String, Map<String, byte[]>> contents = new TreeMap<>();

    /** @throws shop.localknative.console.StartException for what is not base64 and should be */
    public Config(Manifests manifests) {
        manifests.of(ConfigMap.class).forEach(map -> put(map, "binaryData", "data"));
        manifests.of(Secret.class).forEach(secret -> put(secret, "data", "stringData"));
    }

    private void put(Manifest manifest, String base64, String text) {
        var data = new TreeMap<String, byte[]>();
        manifest.each(base64 + ".*", (value, at) -> {
            try {
                data.put(at.name(), Base64.getDecoder().decode(value.asText().replaceAll("[\\r\\n]", "")));
            } catch (IllegalArgumentException e) {
                var message = "not base64: encode the value, or write it into %s as it is".formatted(text);
                throw manifest.problem(message, at);
            }
        });
        manifest.each(text + ".*", (value, at) -> data.put(at.name(), bytes(value.asText())));
        contents.put(id(manifest.kind(), manifest.namespace(), manifest.name()), data);
    }

    public boolean hasSecret(String namespace, String name) {
        return contents.containsKey(id("Secret", namespace, name));
    }

    /** Adds a Secret that the manifests refer to and do not contain. */
    public void addSecret(String namespace, String name, Map<String, String> data) {
        var content = new TreeMap<String, byte[]>();
        data.forEach((key, value) -> content.put(key, bytes(value)));
        contents.put(id("Secret", namespace, name), content);
    }

    /**
     * What a field such as {@code configMapRef} or {@code secret} refers to.
     *
     * @throws shop.localknative.console.StartException when it is neither there nor optional
     */
    Optional<Map<String, byte[]>> find(Manifest manifest, JsonNode reference, FieldPath at) {
        var kind = at.name().startsWith("secret") ? "Secret" : "ConfigMap";
        var field = reference.has("secretName") ? "secretName" : "name";
        var name = reference.path(field).asText();
        var data = contents.get(id(kind, manifest.namespace(), name));
        if (data == null && id(kind, "", name).equals(TRUSTED)) {
            return Optional.of(Map.of("ca.crt", trusted()));
        }
        if (data == null && !reference.path("optional").asBoolean()) {
            var message = "there is no %s %s in namespace %s".formatted(kind, name, manifest.namespace());
            throw manifest.problem(message, at.then(field));
        }
        return Optional.ofNullable(data);
    }

    /** The value of a {@code key} of that; {@code item} says which. */
    static Optional<byte[]> value(
            Map<String, byte[]> data, Manifest manifest, JsonNode reference, JsonNode item, FieldPath at) {
        var key = item.path("key").asText();
        if (!data.containsKey(key) && !reference.path("optional").asBoolean()) {
            throw manifest.problem("there is no key %s, only %s".formatted(key, data.keySet()), at.then("key"));
        }
        return Optional.ofNullable(data.get(key));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] trusted() {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            var certificates = new StringBuilder();
            for (var certificate : ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers()) {
                certificates
                        .append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
            return certificates.toString().getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String id(String kind, String namespace, String name) {
        return kind + " " + namespace + "/" + name;
    }
}
