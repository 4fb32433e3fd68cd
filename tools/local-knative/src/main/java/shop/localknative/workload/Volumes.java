/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import com.fasterxml.jackson.databind.JsonNode;
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

/** The volumes of a workload as directories with real files, for one thread at a time. */
public record Volumes(Workload workload, TokenIssuer issuer, Path directory) {
    private static final String TOKEN = "serviceAccountToken";

    /** Writes the files, all of a volume at once. */
    public void write(Config config) {
        workload.manifest().each("T.volumes[]", (volume, at) -> {
            var files = tokens(volume);
            for (var source : List.of("configMap", "secret")) {
                if (volume.has(source)) {
                    files.putAll(files(config, volume.path(source), at.then(source)));
                }
            }
            if (!volume.has("emptyDir")) {
                var name = volume.path("name").asText();
                new AtomicDirectory(directory.resolve(name)).write(files);
            }
        });
    }

    /** The period of {@link #write}, since that makes tokens anew: as with the kubelet, half of the shortest life. Empty without tokens. */
    public Optional<Duration> renewal() {
        return workload.manifest().values("T.volumes[].projected.sources[]." + TOKEN).stream()
                .map(token -> lifetime(token).dividedBy(2))
                .min(Duration::compareTo);
    }

    /**
     * The directories that stand for the mount paths.
     *
     * @param instanceDirectory where those are that instances do not share
     */
    public Map<String, Path> mounts(Path instanceDirectory) {
        var mounts = new LinkedHashMap<String, Path>();
        var volumes = workload.manifest().values("T.volumes[]");
        for (JsonNode mount : workload.manifest().values("C.volumeMounts[]")) {
            var name = mount.path("name").asText();
            boolean isEmptyDir = volumes.stream()
                    .anyMatch(v -> v.has("emptyDir") && v.path("name").asText().equals(name));
            var mounted = isEmptyDir ? PrivateFile.directory(instanceDirectory.resolve(name)) : directory.resolve(name);
            mounts.put(mount.path("mountPath").asText(), mounted);
        }
        return mounts;
    }

    private Map<String, byte[]> files(Config config, JsonNode source, FieldPath at) {
        var data = config.find(workload.manifest(), source, at);
        if (data.isEmpty() || source.path("items").isEmpty()) {
            return data.orElse(Map.of());
        }
        var files = new TreeMap<String, byte[]>();
        for (JsonNode item : source.path("items")) {
            Config.value(data.get(), workload.manifest(), source, item, at.then("items"))
                    .ifPresent(content -> files.put(item.path("path").asText(), content));
        }
        return files;
    }

    private Map<String, byte[]> tokens(JsonNode volume) {
        var subject = "system:serviceaccount:%s:%s".formatted(workload.namespace(), workload.serviceAccount());
        var tokens = new TreeMap<String, byte[]>();
        for (JsonNode source : volume.at("/projected/sources")) {
            var token = source.path(TOKEN);
            var audience = token.path("audience").asText(issuer.issuer());
            var text = issuer.issue(subject, audience, List.of(), lifetime(token));
            tokens.put(token.path("path").asText(), text.getBytes());
        }
        return tokens;
    }

    private static Duration lifetime(JsonNode token) {
        return Duration.ofSeconds(token.path("expirationSeconds").asLong(3600));
    }
}
