/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;

/**
 * A manifest with a container: a Knative Service, a Deployment, a Job or a ContainerSource.
 *
 * @param template what is a new revision when it changes
 */
public record Workload(Manifest manifest, Container container, Object template) {
    /** The field {@code path} of the container. */
    public static FieldPath field(Object... path) {
        return FieldPath.of("spec", "template", "spec", "containers", 0).then(path);
    }

    public static Workload of(Manifest manifest) {
        return switch (manifest.resource()) {
            case Service service -> {
                var template = service.getSpec().getTemplate();
                yield new Workload(manifest, template.getSpec().getContainers().getFirst(), template);
            }
            case Deployment deployment -> of(manifest, deployment.getSpec().getTemplate(), deployment.getSpec());
            case Job job -> of(manifest, job.getSpec().getTemplate(), job);
            case ContainerSource source -> of(manifest, source.getSpec().getTemplate(), source);
            default -> throw new IllegalArgumentException(manifest.kind());
        };
    }

    private static Workload of(Manifest manifest, PodTemplateSpec pod, Object template) {
        return new Workload(manifest, pod.getSpec().getContainers().getFirst(), template);
    }

    public static List<Workload> all(Manifests manifests) {
        return Stream.of(Service.class, Deployment.class, Job.class, ContainerSource.class)
                .flatMap(kind -> manifests.of(kind).stream())
                .map(Workload::of)
                .toList();
    }

    /** Those that run until they are stopped: Knative Services, ContainerSources, and Deployments of at least one replica. */
    public static List<Workload> services(Manifests manifests) {
        return all(manifests).stream().filter(Workload::runsOn).toList();
    }

    private boolean runsOn() {
        return switch (manifest.resource()) {
            case Job job -> false;
            case Deployment deployment -> deployment.getSpec().getReplicas() > 0;
            default -> true;
        };
    }

    /** The Knative Service that it is; empty for others. */
    public Optional<Service> service() {
        return manifest.resource() instanceof Service service ? Optional.of(service) : Optional.empty();
    }

    /** Those of the pod template. */
    public Map<String, String> annotations() {
        var metadata =
                switch (manifest.resource()) {
                    case Service service -> service.getSpec().getTemplate().getMetadata();
                    case Deployment deployment ->
                        deployment.getSpec().getTemplate().getMetadata();
                    case ContainerSource source ->
                        source.getSpec().getTemplate().getMetadata();
                    default -> null;
                };
        return Optional.ofNullable(metadata).map(ObjectMeta::getAnnotations).orElse(Map.of());
    }

    /** Whether it identifies itself to {@code audience} with a token of its service account. */
    public boolean hasTokenFor(String audience) {
        return manifest.values("T.volumes[].projected.sources[].serviceAccountToken.audience").stream()
                .anyMatch(given -> given.asText().equals(audience));
    }

    public String serviceAccount() {
        return manifest.tree().at("/spec/template/spec/serviceAccountName").asText("default");
    }

    public String name() {
        return manifest.name();
    }

    public String namespace() {
        return manifest.namespace();
    }
}
