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
import shop.localknative.manifests.FieldPath;
import shop.localknative.platform.PrivateFile;
import shop.localknative.platform.TokenIssuer;

/** The volumes of a workload as directories with real files. */
public final class Volumes {
    private final Workload workload;
    private final Config config;
    private final TokenIssuer issuer;
    private final Path directory;

    public Volumes(Workload workload, Config config, TokenIssuer issuer, Path directory) {
        this.workload = workload;
        this.config = config;
        this.issuer = issuer;
        this.directory = directory;
    }

    /** Writes the files, and says which directory stands for which mount path. */
    public Map<String, Path> mount() {
        for (int i = 0; i < workload.volumes().size(); i++) {
            write(workload.volumes().get(i), Workload.podField("volumes", i));
        }
        var mounts = new LinkedHashMap<String, Path>();
        for (int i = 0; i < workload.container().getVolumeMounts().size(); i++) {
            VolumeMount mount = workload.container().getVolumeMounts().get(i);
            if (workload.volumes().stream().noneMatch(v -> v.getName().equals(mount.getName()))) {
                throw workload.manifest()
                        .problem("there is no volume " + mount.getName(), Workload.field("volumeMounts", i, "name"));
            }
            mounts.put(mount.getMountPath(), directory.resolve(mount.getName()));
        }
        return mounts;
    }

    /** Writes the tokens anew; as the kubelet does, well before they expire. */
    public void renewTokens() {
        for (Volume volume : workload.volumes()) {
            tokens(volume).forEach(token -> writeToken(directory.resolve(volume.getName()), token));
        }
    }

    /** When {@link #renewTokens} is due again: at half of the shortest life. Empty without tokens. */
    public Optional<Duration> renewal() {
        return workload.volumes().stream()
                .flatMap(volume -> tokens(volume).stream())
                .map(token -> lifetime(token).dividedBy(2))
                .min(Duration::compareTo);
    }

    private void write(Volume volume, FieldPath field) {
        var target = directory.resolve(volume.getName());
        if (volume.getConfigMap() != null) {
            var source = volume.getConfigMap();
            var data = config.configMap(workload.namespace(), source.getName());
            require(data.isPresent() || Boolean.TRUE.equals(source.getOptional()), source.getName(), field);
            data.ifPresent(d -> writeFiles(target, d, source.getItems(), field));
        } else if (volume.getSecret() != null) {
            var source = volume.getSecret();
            var data = config.secret(workload.namespace(), source.getSecretName());
            require(data.isPresent() || Boolean.TRUE.equals(source.getOptional()), source.getSecretName(), field);
            data.ifPresent(d -> writeFiles(target, d, source.getItems(), field));
        }
        PrivateFile.directory(target);
        tokens(volume).forEach(token -> writeToken(target, token));
    }

    private void require(boolean there, String name, FieldPath field) {
        if (!there) {
            throw workload.manifest().problem("there is no ConfigMap or Secret " + name, field);
        }
    }

    private void writeFiles(Path target, Map<String, byte[]> data, List<KeyToPath> items, FieldPath field) {
        if (items == null || items.isEmpty()) {
            data.forEach((key, value) -> PrivateFile.write(target.resolve(key), value));
            return;
        }
        for (KeyToPath item : items) {
            require(data.containsKey(item.getKey()), "with the key " + item.getKey(), field);
            PrivateFile.write(target.resolve(item.getPath()), data.get(item.getKey()));
        }
    }

    private void writeToken(Path target, ServiceAccountTokenProjection token) {
        var subject = "system:serviceaccount:%s:%s".formatted(workload.namespace(), workload.serviceAccount());
        var audience = Optional.ofNullable(token.getAudience()).orElse(issuer.issuer());
        PrivateFile.write(
                target.resolve(token.getPath()),
                issuer.issue(subject, audience, List.of(), lifetime(token)).getBytes());
    }

    private static Duration lifetime(ServiceAccountTokenProjection token) {
        return Duration.ofSeconds(
                Optional.ofNullable(token.getExpirationSeconds()).orElse(3600L));
    }

    private static List<ServiceAccountTokenProjection> tokens(Volume volume) {
        return volume.getProjected() == null
                ? List.of()
                : volume.getProjected().getSources().stream()
                        .map(source -> source.getServiceAccountToken())
                        .toList();
    }
}
