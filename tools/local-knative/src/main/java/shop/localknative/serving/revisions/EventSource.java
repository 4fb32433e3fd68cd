/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import shop.localknative.console.Console;
import shop.localknative.network.Addresses;
import shop.localknative.platform.Processes;
import shop.localknative.workload.PodTemplate;

/** A ContainerSource: one process, which sends events to {@code K_SINK} and is started again when it has ended. */
public final class EventSource {
    private final PodTemplate podTemplate;
    private final Image image;
    private final Map<String, String> variables;
    private final Addresses addresses;
    private final Processes processes;
    private final Path log;
    private final InstantSource clock;
    private final Thread life;

    /**
     * @param variables more of the environment: where the events go, and what the person who started this wants
     * @throws shop.localknative.console.StartException when there is nothing to start
     */
    public EventSource(
            PodTemplate podTemplate,
            Images images,
            Map<String, String> variables,
            Addresses addresses,
            Processes processes,
            Path log,
            InstantSource clock) {
        this.podTemplate = podTemplate;
        this.image = images.of(podTemplate.workload());
        this.variables = variables;
        this.addresses = addresses;
        this.processes = processes;
        this.log = log;
        this.clock = clock;
        this.life = Thread.ofVirtual().name(podTemplate.workload().name()).unstarted(this::live);
    }

    public void start() {
        life.start();
    }

    public Image image() {
        return image;
    }

    /** Blocks until the process has ended. */
    public void close() throws InterruptedException {
        podTemplate.close();
        life.interrupt();
        life.join();
    }

    private void live() {
        var crashes = new CrashLoop();
        try {
            while (true) {
                Thread.sleep(crashes.delay(clock.instant()));
                var begin = clock.instant();
                var end = runOnce();
                var now = clock.instant();
                crashes.ended(now, Duration.between(begin, now));
                Console.say(
                        podTemplate.workload().name(),
                        "%s; its output is in %s; the next start is in %d s"
                                .formatted(end, log, crashes.delay(now).toSeconds()));
            }
        } catch (InterruptedException closed) {
            // what ran has been stopped
        }
    }

    private String runOnce() throws InterruptedException {
        try {
            var directory = podTemplate.instanceDirectory("source");
            var workload = podTemplate.workload();
            var local =
                    new Localization(addresses, workload.namespace(), Map.of(), podTemplate.onThisMachine(directory));
            var process =
                    Instance.launch(image, workload.container(), local, environment(local), directory, log, processes);
            Console.say(podTemplate.workload().name(), "process " + process.pid());
            try {
                return "ended with exit code " + process.waitFor();
            } finally {
                Processes.stop(process.toHandle(), Instance.GRACE);
            }
        } catch (IOException | RuntimeException | Error e) {
            return "did not start: " + e.getMessage();
        }
    }

    private Map<String, String> environment(Localization local) {
        var environment = new HashMap<>(podTemplate.environment());
        environment.putAll(variables);
        environment.replaceAll((name, value) -> local.value(value));
        return environment;
    }
}
