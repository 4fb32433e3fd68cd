/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;

/** A manifest with a container: a Knative Service, a Job or a ContainerSource. */
public record Workload(Manifest manifest, Container container, List<Volume> volumes, String serviceAccount) {
    private static final FieldPath POD = FieldPath.of("spec", "template", "spec");

    /** The field {@code path} of the container. */
    public static FieldPath field(Object... path) {
        return POD.then("containers", 0).then(path);
    }

    public static FieldPath podField(Object... path) {
        return POD.then(path);
    }

    public static Workload of(Manifest manifest) {
        return switch (manifest.resource()) {
            case Service service
            when service.getSpec() != null
                    && service.getSpec().getTemplate() != null
                    && service.getSpec().getTemplate().getSpec() != null -> {
                var pod = service.getSpec().getTemplate().getSpec();
                yield of(manifest, pod.getContainers(), pod.getVolumes(), pod.getServiceAccountName());
            }
            case Job job
            when job.getSpec() != null
                    && job.getSpec().getTemplate() != null
                    && job.getSpec().getTemplate().getSpec() != null -> {
                var pod = job.getSpec().getTemplate().getSpec();
                yield of(manifest, pod.getContainers(), pod.getVolumes(), pod.getServiceAccountName());
            }
            case ContainerSource source
            when source.getSpec() != null
                    && source.getSpec().getTemplate() != null
                    && source.getSpec().getTemplate().getSpec() != null -> {
                var pod = source.getSpec().getTemplate().getSpec();
                yield of(manifest, pod.getContainers(), pod.getVolumes(), pod.getServiceAccountName());
            }
            default -> throw manifest.problem("expected a pod template", POD);
        };
    }

    private static Workload of(Manifest manifest, List<Container> containers, List<Volume> volumes, String account) {
        if (containers.size() != 1) {
            throw manifest.problem("expected exactly one container", POD.then("containers"));
        }
        var image = containers.getFirst().getImage();
        if (image == null || image.isBlank()) {
            throw manifest.problem("an image is expected", field("image"));
        }
        return new Workload(
                manifest,
                containers.getFirst(),
                volumes,
                Optional.ofNullable(account).orElse("default"));
    }

    public static List<Workload> all(Manifests manifests) {
        return Stream.of(Service.class, Job.class, ContainerSource.class)
                .flatMap(kind -> manifests.of(kind).stream())
                .map(Workload::of)
                .toList();
    }

    /** Whether it identifies itself to {@code audience} with a token of its service account. */
    public boolean hasTokenFor(String audience) {
        return volumes.stream()
                .filter(volume -> volume.getProjected() != null)
                .flatMap(volume -> volume.getProjected().getSources().stream())
                .anyMatch(source ->
                        audience.equals(source.getServiceAccountToken().getAudience()));
    }

    public String name() {
        return manifest.name();
    }

    public String namespace() {
        return manifest.namespace();
    }
}
