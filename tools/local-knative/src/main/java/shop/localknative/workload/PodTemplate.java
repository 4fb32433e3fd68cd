/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.function.UnaryOperator;
import shop.localknative.platform.PrivateFile;
import shop.localknative.platform.TokenIssuer;

/** The pod template of a workload, its references resolved and its volumes in place: instances are started from it. */
public final class PodTemplate {
    private final Workload workload;
    private final Path directory;
    private final Volumes volumes;
    private volatile Config config;

    private PodTemplate(Workload workload, Config config, Volumes volumes, Path directory) {
        this.workload = workload;
        this.config = config;
        this.volumes = volumes;
        this.directory = directory;
    }

    /**
     * @param directory its own
     * @throws shop.localknative.console.StartException for a reference to what is neither there nor optional
     */
    public static PodTemplate of(Workload workload, Config config, TokenIssuer issuer, Path directory) {
        var podTemplate = new PodTemplate(workload, config, new Volumes(workload, issuer, directory), directory);
        podTemplate.update(config);
        return podTemplate;
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

    /** The environment of the container, as in a cluster. */
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
