/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
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
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;

/** The ConfigMaps and Secrets of one system, as bytes by key. */
public final class Config {
    private final Map<String, Map<String, byte[]>> contents = new TreeMap<>();

    /** @throws shop.localknative.console.StartException for what is not base64 and should be */
    public Config(Manifests manifests) {
        for (Manifest manifest : manifests.of(ConfigMap.class)) {
            var map = (ConfigMap) manifest.resource();
            put(map, text(map.getData()), decoded(manifest, "binaryData", map.getBinaryData()));
        }
        for (Manifest manifest : manifests.of(Secret.class)) {
            var secret = (Secret) manifest.resource();
            put(secret, decoded(manifest, "data", secret.getData()), text(secret.getStringData()));
        }
    }

    /**
     * Also {@code kube-root-ca.crt}, which Kubernetes makes in every namespace ({@code pkg/controller/certificates/rootcacertpublisher}):
     * no API server has a certificate here, and whom the JDK trusts is trusted.
     */
    public Optional<Map<String, byte[]>> configMap(String namespace, String name) {
        return Optional.ofNullable(contents.get(id("ConfigMap", namespace, name)))
                .or(() ->
                        name.equals("kube-root-ca.crt") ? Optional.of(Map.of("ca.crt", trusted())) : Optional.empty());
    }

    public Optional<Map<String, byte[]>> secret(String namespace, String name) {
        return Optional.ofNullable(contents.get(id("Secret", namespace, name)));
    }

    /** Adds a Secret that the manifests refer to and do not contain. */
    public void addSecret(String namespace, String name, Map<String, String> data) {
        contents.put(id("Secret", namespace, name), text(data));
    }

    private void put(HasMetadata resource, Map<String, byte[]> data, Map<String, byte[]> more) {
        var all = new TreeMap<>(data);
        all.putAll(more);
        var metadata = resource.getMetadata();
        contents.put(id(resource.getKind(), metadata.getNamespace(), metadata.getName()), all);
    }

    private static Map<String, byte[]> text(Map<String, String> data) {
        var bytes = new TreeMap<String, byte[]>();
        Optional.ofNullable(data).ifPresent(d -> d.forEach((k, v) -> bytes.put(k, v.getBytes(StandardCharsets.UTF_8))));
        return bytes;
    }

    private static Map<String, byte[]> decoded(Manifest manifest, String field, Map<String, String> data) {
        var bytes = new TreeMap<String, byte[]>();
        Optional.ofNullable(data).orElse(Map.of()).forEach((key, value) -> {
            try {
                bytes.put(key, Base64.getDecoder().decode(value.replaceAll("[\\r\\n]", "")));
            } catch (IllegalArgumentException e) {
                throw manifest.problem(
                        "not base64: encode the value, or write it into %s as it is"
                                .formatted(field.equals("data") ? "stringData" : "data"),
                        field,
                        key);
            }
        });
        return bytes;
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
