/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The resources of one system.
 *
 * @param skipped what only a cluster can use: names by kind
 * @param files and directories that it was read from
 */
public record Manifests(List<Manifest> all, Map<String, List<String>> skipped, Set<Path> files) {

    public List<Manifest> of(Class<? extends HasMetadata> type) {
        return all.stream().filter(m -> type.isInstance(m.resource())).toList();
    }

    public <T extends HasMetadata> List<T> resources(Class<T> type) {
        return of(type).stream().map(Manifest::resource).map(type::cast).toList();
    }

    public Collection<HasMetadata> resources() {
        return all.stream().map(Manifest::resource).toList();
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
}
