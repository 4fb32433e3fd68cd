/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The resources of one system.
 *
 * @param skipped what only a cluster can use: names by kind
 * @param notes what the person who started this should know about them
 * @param files and directories that it was read from
 */
public record Manifests(List<Manifest> all, Map<String, List<String>> skipped, List<String> notes, Set<Path> files) {

    public List<Manifest> of(Class<? extends HasMetadata> type) {
        return all.stream().filter(m -> type.isInstance(m.resource())).toList();
    }

    public <T extends HasMetadata> List<T> resources(Class<T> type) {
        return of(type).stream().map(Manifest::resource).map(type::cast).toList();
    }

    public <T extends HasMetadata> Optional<T> find(Class<T> type, String namespace, String name) {
        return of(type).stream()
                .filter(m -> m.namespace().equals(namespace) && m.name().equals(name))
                .map(m -> type.cast(m.resource()))
                .findFirst();
    }

    /** The namespace of the services. It is also the audience of the tokens that local-knative issues to people. */
    public String namespace() {
        return of(Service.class).stream().findFirst().map(Manifest::namespace).orElse("default");
    }

    /** The Deployments that a Service of Kubernetes selects. */
    public List<Manifest> deploymentsOf(Manifest service) {
        var spec = ((io.fabric8.kubernetes.api.model.Service) service.resource()).getSpec();
        return of(Deployment.class).stream()
                .filter(deployment -> deployment.namespace().equals(service.namespace()))
                .filter(deployment -> spec.getSelector() != null
                        && !spec.getSelector().isEmpty()
                        && isSelected(spec.getSelector(), template(deployment).getMetadata()))
                .toList();
    }

    /** The port of the container that a port of a Service leads to; that of an unknown name is 0. */
    public int targetPort(ServicePort port, Manifest deployment) {
        var target = port.getTargetPort();
        if (target == null || target.getStrVal() == null) {
            return target == null ? port.getPort() : target.getIntVal();
        }
        return ports(deployment).stream()
                .filter(p -> target.getStrVal().equals(p.getName()))
                .findFirst()
                .map(ContainerPort::getContainerPort)
                .orElse(0);
    }

    static List<ContainerPort> ports(Manifest deployment) {
        return template(deployment).getSpec().getContainers().getFirst().getPorts();
    }

    private static PodTemplateSpec template(Manifest deployment) {
        return ((Deployment) deployment.resource()).getSpec().getTemplate();
    }

    /** Whether all of these labels are its. */
    public static boolean isSelected(Map<String, String> labels, ObjectMeta metadata) {
        return Optional.ofNullable(metadata.getLabels())
                .orElse(Map.of())
                .entrySet()
                .containsAll(labels.entrySet());
    }
}
