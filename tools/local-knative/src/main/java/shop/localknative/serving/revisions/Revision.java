/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import io.fabric8.knative.serving.v1.RevisionSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import shop.localknative.network.Addresses;
import shop.localknative.platform.Ports;
import shop.localknative.serving.scaling.Scaling;
import shop.localknative.workload.PodTemplate;
import shop.localknative.workload.Workload;

/**
 * A snapshot of a service's code and configuration: its instances are started from it.
 *
 * @param variables more of the environment: where the service's events go, and what the person who started this wants
 * @param timeout within which a request must have the beginning of its answer, the time that it waits for an instance included
 */
public record Revision(
        String name,
        PodTemplate podTemplate,
        Map<String, String> variables,
        Addresses addresses,
        Path log,
        ServingMetrics metrics,
        Scaling scaling,
        Duration timeout,
        Probes probes) {
    /** Knative's ConfigMap {@code config-defaults}: revision-timeout-seconds. */
    private static final long TIMEOUT = 300;

    /** @throws shop.localknative.console.StartException for what can't be run */
    public Revision(
            String name,
            PodTemplate podTemplate,
            Map<String, String> variables,
            Addresses addresses,
            Path log,
            ServingMetrics metrics) {
        var workload = podTemplate.workload();
        this(
                name,
                podTemplate,
                variables,
                addresses,
                log,
                metrics,
                Scaling.of(workload.manifest()),
                timeout(workload),
                new Probes(workload));
    }

    /** Makes a revision of this name and template. */
    public interface Factory {
        /** @throws shop.localknative.console.StartException for what can't be run */
        Revision of(String name, Workload workload);
    }

    /** The name that the template gives, or the one that Knative gives to the nth revision of a service. */
    public static String name(Workload workload, int generation) {
        return workload.service()
                .map(service -> service.getSpec().getTemplate().getMetadata())
                .map(metadata -> metadata.getName())
                .orElseGet(() -> "%s-%05d".formatted(workload.name(), generation));
    }

    public String service() {
        return podTemplate.workload().name();
    }

    private static Duration timeout(Workload workload) {
        var spec = workload.service()
                .map(service -> service.getSpec().getTemplate().getSpec());
        long seconds = spec.map(RevisionSpec::getTimeoutSeconds)
                .filter(given -> given > 0)
                .orElse(TIMEOUT);
        long begin = spec.map(RevisionSpec::getResponseStartTimeoutSeconds)
                .filter(given -> given > 0)
                .orElse(seconds);
        return Duration.ofSeconds(Math.min(seconds, begin));
    }

    /** The environment of an instance that listens on {@code port}. */
    public Map<String, String> environment(int port) {
        return launch(port).environment();
    }

    /**
     * One instance that listens on {@code port}. All instances share one machine, so each gets free ports in place of
     * those that its probes name, too.
     */
    Launch launch(int port) {
        var ports = new HashMap<Integer, Integer>();
        probes.ports().forEach(p -> ports.put(p, p == probes.containerPort() ? port : Ports.free()));
        var directory = podTemplate.instanceDirectory(Integer.toString(port));
        var local = new Localization(
                addresses,
                podTemplate.workload().namespace(),
                probes.translated(ports),
                podTemplate.onThisMachine(directory));
        var environment = new HashMap<String, String>();
        podTemplate.environment().forEach((key, value) -> environment.put(key, local.value(value)));
        variables.forEach((key, value) -> environment.put(key, local.value(value)));
        environment.put("PORT", Integer.toString(port));
        // Quarkus itself does not look at PORT, which is the container's port in a cluster.
        environment.putIfAbsent("QUARKUS_HTTP_PORT", Integer.toString(port));
        if (podTemplate.workload().service().isPresent()) {
            environment.put("K_SERVICE", service());
            environment.put("K_CONFIGURATION", service());
            environment.put("K_REVISION", name);
        }
        return new Launch(
                environment,
                local,
                port,
                ports,
                directory,
                probes.readiness(ports),
                probes.liveness(ports),
                probes.startup(ports),
                probes.metrics(ports));
    }

    /**
     * @param port where requests go
     * @param ports what stands for each port of the container
     * @param directory its own
     */
    record Launch(
            Map<String, String> environment,
            Localization local,
            int port,
            Map<Integer, Integer> ports,
            Path directory,
            Probe readiness,
            Optional<Probe> liveness,
            Optional<Probe> startup,
            Optional<URI> metrics) {}
}
