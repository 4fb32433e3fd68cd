/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.function.UnaryOperator;
import shop.localknative.console.Console;
import shop.localknative.platform.PrivateFile;
import shop.localknative.platform.TokenIssuer;

/**
 * The pod template of a workload, its references resolved and its volumes in place: instances are started from it. Until it
 * is closed, a thread of its own renews the tokens in the volumes. The monitor is for those who write these.
 */
public final class PodTemplate implements AutoCloseable {
    private final Workload workload;
    private final Path directory;
    private final Volumes volumes;
    private final Thread renewal = Thread.ofPlatform().daemon().name("tokens").unstarted(this::renewTokens);
    private volatile Config config;

    /**
     * @param directory its own
     * @throws shop.localknative.console.StartException for a reference to what is neither there nor optional
     */
    public PodTemplate(Workload workload, Config config, TokenIssuer issuer, Path directory) {
        this.workload = workload;
        this.volumes = new Volumes(workload, issuer, directory);
        this.directory = directory;
        update(config);
        if (volumes.renewal().isPresent()) {
            renewal.start();
        }
    }

    private void renewTokens() {
        try {
            while (true) {
                Thread.sleep(volumes.renewal().orElseThrow());
                try {
                    renew();
                } catch (RuntimeException e) {
                    Console.say(workload.name(), "its tokens can't be renewed now: " + e);
                }
            }
        } catch (InterruptedException closed) {
            // nobody is started from it any more
        }
    }

    private synchronized void renew() {
        volumes.write(config);
    }

    /** Ends the renewal of the tokens. */
    @Override
    public void close() {
        renewal.interrupt();
    }

    /**
     * As in a cluster, changed ConfigMaps and Secrets reach the mounted files soon, the environment with the next start.
     *
     * @throws shop.localknative.console.StartException for a reference to what is neither there nor optional any more
     */
    public synchronized void update(Config config) {
        Environment.of(workload, config);
        volumes.write(config);
        this.config = config;
    }

    public Workload workload() {
        return workload;
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
