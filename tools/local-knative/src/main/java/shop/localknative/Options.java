/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import shop.localknative.console.StartException;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.manifests.Manifests;
import shop.localknative.serving.revisions.Images;
import shop.localknative.workload.Workload;

/**
 * The choices of the person who starts a system.
 *
 * @param manifests a kustomization, or a folder of YAML files
 * @param skip kinds of resources, or KIND/NAME, that are left out
 * @param images the directories whose modules stand for the images
 * @param processes the commands that stand for images, by the images' names
 * @param port of the front door; 0 for any
 * @param data the directory of all state
 * @param fresh without the state of earlier runs
 * @param environment more variables for every process
 * @param external where the services are that are run by someone else, by name
 * @param inMemoryBroker whether brokers are as Knative's in-memory channel makes them
 */
public record Options(
        Path manifests,
        Set<String> skip,
        List<Path> images,
        Map<String, String> processes,
        int port,
        Path data,
        boolean fresh,
        Map<String, String> environment,
        Map<String, URI> external,
        boolean inMemoryBroker) {

    /**
     * Reads the manifests and looks at the choices, before anything is built or started.
     *
     * @throws StartException when the manifests are not understood, or the choices not meant for them
     */
    Manifests read() {
        var system = ManifestReader.read(manifests, skip, new HashSet<>());
        if (system.all().stream()
                .allMatch(manifest -> Set.of("ConfigMap", "Secret").contains(manifest.kind()))) {
            throw new StartException("%s: nothing to run there; skipped is %s.".formatted(manifests, system.skipped()));
        }
        if (port < 0 || port > 65_535) {
            throw new StartException("--port %d: expected 0 to 65535.".formatted(port));
        }
        new Images(images, processes, data).requireAllNamed(Workload.all(system));
        var services =
                Workload.services(system).stream().map(Workload::name).sorted().toList();
        external.forEach((name, address) -> {
            if (!services.contains(name)) {
                throw new StartException(
                        "--external %s: the manifests have no such service, only %s.".formatted(name, services));
            }
            if (!"http".equals(address.getScheme()) || address.getHost() == null || address.getPort() < 0) {
                throw new StartException(
                        "--external %s=%s: expected a URL such as http://localhost:9000.".formatted(name, address));
            }
        });
        return system;
    }
}
