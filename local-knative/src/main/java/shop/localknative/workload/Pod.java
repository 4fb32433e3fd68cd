package shop.localknative.workload;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import shop.localknative.platform.TokenIssuer;

/**
 * A workload with everything that it refers to found and in place.
 *
 * @param directory its own, to work in
 * @param environment as it would be in a cluster
 * @param mounts the real directory of each mount path
 */
public record Pod(
        Workload workload, Path directory, Map<String, String> environment, Volumes volumes, Map<String, Path> mounts) {

    /** @throws shop.localknative.StartException for a reference to what is neither there nor optional */
    public static Pod of(Workload workload, Config config, TokenIssuer issuer, Path directory) {
        var volumes = new Volumes(workload, config, issuer, directory);
        return new Pod(workload, directory, Environment.of(workload, config), volumes, volumes.mount());
    }

    /** A path that is mounted, as the real path that stands for it; any other text as it is. */
    public String onThisMachine(String path) {
        return mounts.entrySet().stream()
                .filter(mount -> path.equals(mount.getKey()) || path.startsWith(mount.getKey() + "/"))
                .max(Comparator.comparing(mount -> mount.getKey().length()))
                .map(mount -> mount.getValue() + path.substring(mount.getKey().length()))
                .orElse(path);
    }
}
