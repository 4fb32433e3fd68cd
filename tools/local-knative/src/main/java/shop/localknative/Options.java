/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifests;
import shop.localknative.platform.Monitoring;
import shop.localknative.serving.revisions.Images;
import shop.localknative.workload.Workload;

/** The choices of the person who starts a system. */
public final class Options extends SystemOptions {
    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "where the modules are that stand for the images: shop/order-service is DIR/order-service; "
                    + "repeatable")
    List<Path> images = List.of();

    @Option(
            names = "--process",
            paramLabel = "IMAGE=COMMAND",
            description =
                    "what a shell is to start here in place of an image, with the container's environment and its "
                            + "arguments as \"$@\"; repeatable")
    Map<String, String> processes = Map.of();

    @Option(names = "--port", paramLabel = "N", description = "of the front door, 0 for any; default ${DEFAULT-VALUE}")
    int port = 8080;

    @Option(names = "--fresh", description = "forget the state of earlier runs")
    boolean fresh;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "one more variable for every process; repeatable")
    Map<String, String> environment = Map.of();

    @Option(
            names = "--external",
            paramLabel = "SERVICE=URL",
            description = "not to be started but reached there: who runs it is told its environment; repeatable")
    Map<String, URI> external = Map.of();

    @Option(
            names = "--in-memory-broker",
            description =
                    "brokers keep nothing, and answer a publisher when all subscribers have answered, as Knative's "
                            + "in-memory channel does without async-handler")
    boolean inMemoryBroker;

    @Option(
            names = "--traces",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "",
            description =
                    "record where the time of requests and events goes, for /traces; and in this file, if one is given")
    Optional<Path> traces = Optional.empty();

    @Option(
            names = "--monitoring",
            paramLabel = "DIR",
            description = "start this machine's Prometheus and Alertmanager with the files of this directory")
    Path monitoring;

    /**
     * Reads the manifests and looks at the choices, before anything is built or started.
     *
     * @throws StartException when the manifests are not understood, or the choices not meant for them
     */
    Manifests checked() {
        var system = read();
        if (system.all().stream()
                .allMatch(manifest -> Set.of("ConfigMap", "Secret").contains(manifest.kind()))) {
            throw new StartException(
                    "%s: nothing to run there; skipped is %s.".formatted(manifests(), system.skipped()));
        }
        if (port < 0 || port > 65_535) {
            throw new StartException("--port %d: expected 0 to 65535.".formatted(port));
        }
        if (monitoring != null) {
            Monitoring.require(monitoring);
        }
        new Images(images, processes, data()).requireAllNamed(Workload.all(system));
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
