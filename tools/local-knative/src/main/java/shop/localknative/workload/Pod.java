package shop.localknative.workload;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.function.UnaryOperator;
import shop.localknative.platform.PrivateFile;
import shop.localknative.platform.TokenIssuer;

/** A workload with everything that it refers to found and in place. */
public final class Pod {
    private final Workload workload;
    private final Path directory;
    private final Volumes volumes;
    private volatile Config config;

    private Pod(Workload workload, Config config, Volumes volumes, Path directory) {
        this.workload = workload;
        this.config = config;
        this.volumes = volumes;
        this.directory = directory;
    }

    /**
     * @param directory its own
     * @throws shop.localknative.console.StartException for a reference to what is neither there nor optional
     */
    public static Pod of(Workload workload, Config config, TokenIssuer issuer, Path directory) {
        var pod = new Pod(workload, config, new Volumes(workload, issuer, directory), directory);
        pod.update(config);
        return pod;
    }

    /**
     * As in a cluster, changed ConfigMaps and Secrets reach the mounted files soon, the environment with the next start.
     *
     * @throws shop.localknative.console.StartException for a reference to what is neither there nor optional any more
     */
    public void update(Config config) {
        Environment.of(workload, config);
        volumes.write(config);
        this.config = config;
    }

    public Workload workload() {
        return workload;
    }

    public Volumes volumes() {
        return volumes;
    }

    /** As it would be in a cluster. */
    public Map<String, String> environment() {
        return Environment.of(workload, config);
    }

    /** A directory for one instance: to work in, and for what it does not share with others. */
    public Path instanceDirectory(String name) {
        return PrivateFile.directory(directory.resolve("instance-" + name));
    }

    /** A path that is mounted, as the real path that stands for it; any other text as it is. */
    public UnaryOperator<String> onThisMachine(Path instanceDirectory) {
        var mounts = volumes.mounts(instanceDirectory);
        return path -> mounts.entrySet().stream()
                .filter(mount -> path.equals(mount.getKey()) || path.startsWith(mount.getKey() + "/"))
                .max(Comparator.comparing(mount -> mount.getKey().length()))
                .map(mount -> mount.getValue() + path.substring(mount.getKey().length()))
                .orElse(path);
    }
}
