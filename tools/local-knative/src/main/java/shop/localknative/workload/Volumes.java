/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import shop.localknative.manifests.FieldPath;
import shop.localknative.platform.PrivateFile;
import shop.localknative.platform.TokenIssuer;

/** The volumes of a workload as directories with real files; the monitor guards these. */
public record Volumes(Workload workload, TokenIssuer issuer, Path directory) {
    /** Writes the files, all of a volume at once. */
    public synchronized void write(Config config) {
        for (int i = 0; i < workload.volumes().size(); i++) {
            var volume = workload.volumes().get(i);
            if (volume.getEmptyDir() == null) {
                var files = new TreeMap<>(files(volume, config, Workload.podField("volumes", i)));
                files.putAll(tokens(volume));
                new AtomicDirectory(directory.resolve(volume.getName())).write(files);
            }
        }
    }

    /**
     * The directories that stand for the mount paths.
     *
     * @param instanceDirectory where those are that instances do not share
     */
    public Map<String, Path> mounts(Path instanceDirectory) {
        var mounts = new LinkedHashMap<String, Path>();
        for (VolumeMount mount : workload.container().getVolumeMounts()) {
            boolean isEmptyDir = workload.volumes().stream()
                    .anyMatch(v -> v.getName().equals(mount.getName()) && v.getEmptyDir() != null);
            mounts.put(
                    mount.getMountPath(),
                    isEmptyDir
                            ? PrivateFile.directory(instanceDirectory.resolve(mount.getName()))
                            : directory.resolve(mount.getName()));
        }
        return mounts;
    }

    /** Writes the tokens anew; as the kubelet does, well before they expire. */
    public synchronized void renewTokens() {
        for (Volume volume : workload.volumes()) {
            if (volume.getProjected() != null) {
                new AtomicDirectory(directory.resolve(volume.getName())).write(tokens(volume));
            }
        }
    }

    /** The period of {@link #renewTokens}: half of the shortest life. Empty without tokens. */
    public Optional<Duration> renewal() {
        return workload.volumes().stream()
                .flatMap(volume -> projections(volume).stream())
                .map(token -> lifetime(token).dividedBy(2))
                .min(Duration::compareTo);
    }

    private Map<String, byte[]> files(Volume volume, Config config, FieldPath field) {
        if (volume.getConfigMap() != null) {
            var source = volume.getConfigMap();
            var data = config.configMap(workload.namespace(), source.getName());
            return files(data, source.getOptional(), source.getName(), source.getItems(), field);
        }
        if (volume.getSecret() != null) {
            var source = volume.getSecret();
            var data = config.secret(workload.namespace(), source.getSecretName());
            return files(data, source.getOptional(), source.getSecretName(), source.getItems(), field);
        }
        return Map.of();
    }

    private Map<String, byte[]> files(
            Optional<Map<String, byte[]>> data, Boolean optional, String name, List<KeyToPath> items, FieldPath field) {
        require(data.isPresent() || Boolean.TRUE.equals(optional), name, field);
        return data.map(given -> items(given, items, field)).orElse(Map.of());
    }

    private void require(boolean there, String name, FieldPath field) {
        if (!there) {
            throw workload.manifest().problem("there is no ConfigMap or Secret " + name, field);
        }
    }

    private Map<String, byte[]> items(Map<String, byte[]> data, List<KeyToPath> items, FieldPath field) {
        if (items == null || items.isEmpty()) {
            return data;
        }
        var files = new TreeMap<String, byte[]>();
        for (KeyToPath item : items) {
            require(data.containsKey(item.getKey()), "with the key " + item.getKey(), field);
            files.put(item.getPath(), data.get(item.getKey()));
        }
        return files;
    }

    private Map<String, byte[]> tokens(Volume volume) {
        var subject = "system:serviceaccount:%s:%s".formatted(workload.namespace(), workload.serviceAccount());
        var tokens = new TreeMap<String, byte[]>();
        for (var token : projections(volume)) {
            var audience = Optional.ofNullable(token.getAudience()).orElse(issuer.issuer());
            tokens.put(
                    token.getPath(),
                    issuer.issue(subject, audience, List.of(), lifetime(token)).getBytes());
        }
        return tokens;
    }

    private static Duration lifetime(ServiceAccountTokenProjection token) {
        return Duration.ofSeconds(
                Optional.ofNullable(token.getExpirationSeconds()).orElse(3600L));
    }

    static List<ServiceAccountTokenProjection> projections(Volume volume) {
        return volume.getProjected() == null
                ? List.of()
                : volume.getProjected().getSources().stream()
                        .map(source -> source.getServiceAccountToken())
                        .toList();
    }
}
