/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import shop.localknative.manifests.FieldPath;
import shop.localknative.workload.Workload;

/**
 * The probes of a container, with the kubelet's defaults. Without a readiness probe Knative asks whether the container's
 * port listens. Until the first yes, readiness is asked as fast as possible, whatever its period.
 */
final class Probes {
    private static final int CONTAINER_PORT = 8080;

    private final Workload workload;
    private final Container container;

    /** @throws shop.localknative.console.StartException for a port that the container does not have, or Knative does not ask at */
    Probes(Workload workload) {
        this.workload = workload;
        this.container = workload.container();
        requireLivenessAtTheContainersPort();
    }

    /** Knative overwrites another port with this one, and what answers at the other only is killed in the cluster. */
    private void requireLivenessAtTheContainersPort() {
        var probe = container.getLivenessProbe();
        if (workload.service().isPresent() && probe != null && portOf(probe) != containerPort()) {
            var message = "Knative asks for liveness at the container's port, %d, whatever port stands here"
                    .formatted(containerPort());
            throw workload.manifest().problem(message, Workload.field("livenessProbe"));
        }
    }

    /** What stands for the ports that are written down: 8080, when nothing is said, is a number as any other. */
    Map<Integer, Integer> translated(Map<Integer, Integer> ports) {
        var translated = new TreeMap<>(ports);
        if (container.getPorts().isEmpty()) {
            translated.remove(containerPort());
        }
        return translated;
    }

    int containerPort() {
        var ports = container.getPorts();
        int port = ports.isEmpty() ? 0 : ports.getFirst().getContainerPort();
        return port == 0 ? CONTAINER_PORT : port;
    }

    /** The ports that the instances of this machine can't share: the container's own, and those of its probes. */
    Set<Integer> ports() {
        var ports = new TreeSet<>(Set.of(containerPort()));
        container.getPorts().stream().skip(1).forEach(port -> ports.add(port.getContainerPort()));
        Stream.of(container.getReadinessProbe(), container.getLivenessProbe(), container.getStartupProbe())
                .filter(Objects::nonNull)
                .forEach(probe -> ports.add(portOf(probe)));
        metricsPort().ifPresent(ports::add);
        return ports;
    }

    /** Where an instance shows its metrics, by the annotations that Prometheus' example for Kubernetes has made a custom. */
    Optional<URI> metrics(Map<Integer, Integer> ports) {
        var path = workload.annotations().getOrDefault("prometheus.io/path", "/metrics");
        return metricsPort().map(port -> URI.create("http://127.0.0.1:%d%s".formatted(ports.get(port), path)));
    }

    private Optional<Integer> metricsPort() {
        var annotations = workload.annotations();
        var port = annotations.getOrDefault("prometheus.io/port", Integer.toString(containerPort()));
        if (!"true".equals(annotations.get("prometheus.io/scrape"))) {
            return Optional.empty();
        }
        if (!port.matches("\\d{1,5}")) {
            throw workload.manifest()
                    .problem(
                            "'%s' is not the number of a port".formatted(port),
                            FieldPath.of("spec", "template", "metadata", "annotations", "prometheus.io/port"));
        }
        return Optional.of(Integer.parseInt(port));
    }

    /** @param ports what stands for each of {@link #ports} */
    Probe readiness(Map<Integer, Integer> ports) {
        Probe.Check check =
                isAsked() ? new Probe.TcpSocket(ports.get(containerPort()), Duration.ofSeconds(1)) : Optional::empty;
        return of(container.getReadinessProbe(), ports)
                .orElseGet(() -> new Probe(check, Duration.ZERO, Duration.ofSeconds(10), 3, 1));
    }

    /** A Deployment without a port, as a consumer of a queue, is ready as soon as it runs. */
    private boolean isAsked() {
        return workload.service().isPresent() || !container.getPorts().isEmpty();
    }

    Optional<Probe> liveness(Map<Integer, Integer> ports) {
        return of(container.getLivenessProbe(), ports);
    }

    Optional<Probe> startup(Map<Integer, Integer> ports) {
        return of(container.getStartupProbe(), ports);
    }

    private Optional<Probe> of(io.fabric8.kubernetes.api.model.Probe given, Map<Integer, Integer> ports) {
        return Optional.ofNullable(given)
                .map(probe -> new Probe(
                        check(probe, ports.get(portOf(probe)), seconds(probe.getTimeoutSeconds(), 1)),
                        seconds(probe.getInitialDelaySeconds(), 0),
                        seconds(probe.getPeriodSeconds(), 10),
                        orDefault(probe.getFailureThreshold(), 3),
                        orDefault(probe.getSuccessThreshold(), 1)));
    }

    private static Probe.Check check(io.fabric8.kubernetes.api.model.Probe probe, int port, Duration timeout) {
        var http = probe.getHttpGet();
        if (http == null) {
            return new Probe.TcpSocket(port, timeout);
        }
        var headers =
                http.getHttpHeaders().stream().collect(Collectors.toMap(HTTPHeader::getName, HTTPHeader::getValue));
        var path = http.getPath() == null ? "/" : http.getPath();
        return new Probe.HttpGet(URI.create("http://127.0.0.1:%d%s".formatted(port, path)), headers, timeout);
    }

    private int portOf(io.fabric8.kubernetes.api.model.Probe probe) {
        if (probe.getHttpGet() != null) {
            return portOf(probe.getHttpGet().getPort());
        }
        return portOf(probe.getTcpSocket() == null ? null : probe.getTcpSocket().getPort());
    }

    /** As in Knative, no port or 0 is the container's own. */
    private int portOf(IntOrString port) {
        if (port == null || port.getStrVal() == null) {
            int number = port == null || port.getIntVal() == null ? 0 : port.getIntVal();
            return number == 0 ? containerPort() : number;
        }
        // A port without a name is called http by Knative.
        return container.getPorts().stream()
                .filter(p -> port.getStrVal().equals(p.getName()))
                .findFirst()
                .map(ContainerPort::getContainerPort)
                .orElseGet(this::containerPort);
    }

    private static Duration seconds(Integer given, int unspecified) {
        return Duration.ofSeconds(orDefault(given, unspecified));
    }

    /** The API server takes 0 for not given. */
    private static int orDefault(Integer given, int unspecified) {
        return given == null || given == 0 ? unspecified : given;
    }
}
