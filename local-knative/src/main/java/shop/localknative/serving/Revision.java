package shop.localknative.serving;

import io.fabric8.knative.serving.v1.RevisionSpec;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import shop.localknative.platform.Ports;
import shop.localknative.workload.Pod;
import shop.localknative.workload.Workload;

/**
 * What an instance of a Knative Service is started with.
 *
 * @param variables more of the environment: where the service's events go, and what the person who started this wants
 */
public record Revision(Pod pod, Image image, Map<String, String> variables, Addresses addresses, Path log) {
    private static final int CONTAINER_PORT = 8080;
    private static final Duration TIMEOUT = Duration.ofSeconds(300);

    public Revision {
        var concurrency = spec(pod).getContainerConcurrency();
        if (concurrency != null && concurrency != 0) {
            throw pod.workload()
                    .manifest()
                    .problem("only 0, without a limit, is run", Workload.podField("containerConcurrency"));
        }
    }

    public String name() {
        return pod.workload().name();
    }

    String namespace() {
        return pod.workload().namespace();
    }

    /** For one request, from when an instance has it. */
    Duration timeout() {
        return Optional.ofNullable(spec(pod).getTimeoutSeconds())
                .map(Duration::ofSeconds)
                .orElse(TIMEOUT);
    }

    String clusterHost() {
        return Addresses.hostOf(namespace(), name());
    }

    /** Services are public unless they say otherwise. */
    Optional<String> publicHost() {
        var labels = Optional.ofNullable(service(pod).getMetadata().getLabels()).orElse(Map.of());
        return "cluster-local".equals(labels.get("networking.knative.dev/visibility"))
                ? Optional.empty()
                : Optional.of("%s.%s.localhost".formatted(name(), namespace()));
    }

    /**
     * The environment of one instance that listens on {@code port}. All instances share one machine, so each gets free
     * ports in place of those that its probes name, too.
     */
    public Launch launch(int port) {
        var ports = new HashMap<>(Map.of(containerPort(), port));
        var container = pod.workload().container();
        probePort(container.getReadinessProbe()).ifPresent(p -> ports.computeIfAbsent(p, x -> Ports.free()));
        probePort(container.getLivenessProbe()).ifPresent(p -> ports.computeIfAbsent(p, x -> Ports.free()));

        var environment = new HashMap<String, String>();
        pod.environment().forEach((name, value) -> environment.put(name, onThisMachine(value, ports)));
        variables.forEach((name, value) -> environment.put(name, onThisMachine(value, ports)));
        environment.put("PORT", Integer.toString(port));
        environment.put("K_SERVICE", name());
        environment.put("K_CONFIGURATION", name());
        environment.put("K_REVISION", revisionName());
        return new Launch(environment, port, Readiness.of(container.getReadinessProbe(), port, ports));
    }

    /** @param port where requests go */
    public record Launch(Map<String, String> environment, int port, Readiness readiness) {}

    private static Service service(Pod pod) {
        return (Service) pod.workload().manifest().resource();
    }

    private static RevisionSpec spec(Pod pod) {
        return service(pod).getSpec().getTemplate().getSpec();
    }

    private String revisionName() {
        return Optional.ofNullable(service(pod).getSpec().getTemplate().getMetadata())
                .map(metadata -> metadata.getName())
                .orElse(name() + "-00001");
    }

    private int containerPort() {
        var ports = pod.workload().container().getPorts();
        return ports.isEmpty() ? CONTAINER_PORT : ports.getFirst().getContainerPort();
    }

    private static Optional<Integer> probePort(Probe probe) {
        return Optional.ofNullable(probe)
                .map(p -> p.getHttpGet() != null
                        ? p.getHttpGet().getPort()
                        : p.getTcpSocket() != null ? p.getTcpSocket().getPort() : null)
                .map(IntOrString::getIntVal)
                .filter(port -> port != 0);
    }

    private String onThisMachine(String value, Map<Integer, Integer> ports) {
        for (var port : ports.entrySet()) {
            if (port.getKey() != containerPort() && value.equals(port.getKey().toString())) {
                return port.getValue().toString();
            }
        }
        return pod.onThisMachine(addresses.translate(value));
    }
}
