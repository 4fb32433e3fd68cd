/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shop.localknative.console.Console;
import shop.localknative.serving.revisions.Images;
import shop.localknative.workload.Workload;

/** {@code run}: stays in the foreground until it is interrupted, and stops everything then. */
@Command(
        name = "run",
        sortOptions = false,
        description = "Starts the system that the manifests describe and runs it until Ctrl-C.")
final class RunCommand implements Callable<Integer> {
    @Mixin
    private SystemOptions system;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "where the modules are that stand for the images: shop/order-service is DIR/order-service; "
                    + "repeatable")
    private List<Path> images = List.of();

    @Option(
            names = "--process",
            paramLabel = "IMAGE=COMMAND",
            description =
                    "what a shell is to start here in place of an image, with the container's environment and its "
                            + "arguments as \"$@\"; repeatable")
    private Map<String, String> processes = Map.of();

    @Option(names = "--port", paramLabel = "N", description = "of the front door, 0 for any; default ${DEFAULT-VALUE}")
    private int port = 8080;

    @Option(names = "--fresh", description = "forget the state of earlier runs")
    private boolean fresh;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "one more variable for every process; repeatable")
    private Map<String, String> environment = Map.of();

    @Option(
            names = "--external",
            paramLabel = "SERVICE=URL",
            description = "not to be started but reached there: who runs it is told its environment; repeatable")
    private Map<String, URI> external = Map.of();

    @Option(
            names = "--in-memory-broker",
            description =
                    "brokers keep nothing, and answer a publisher when all subscribers have answered, as Knative's "
                            + "in-memory channel does without async-handler")
    private boolean inMemoryBroker;

    @Option(
            names = "--print-images",
            description = "start nothing: look at the options, and print the images that have to be built, one a line")
    private boolean printImages;

    @Override
    public Integer call() throws InterruptedException {
        var options = options();
        if (printImages) {
            imagesToBuild(options).forEach(System.out::println);
            return 0;
        }
        var cluster = new Cluster(options);
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "shutdown"));
        int frontDoor = cluster.start();
        cluster.externalEnvironments().forEach(RunCommand::tell);
        Console.print(System.out, "ready http://localhost:" + frontDoor);
        new CountDownLatch(1).await();
        return 0;
    }

    Options options() {
        return new Options(
                system.manifests(),
                system.skip,
                images,
                processes,
                port,
                system.data(),
                fresh,
                environment,
                external,
                inMemoryBroker);
    }

    private static Stream<String> imagesToBuild(Options options) {
        return Workload.all(options.read()).stream()
                .filter(workload -> !(workload.manifest().resource() instanceof Job))
                .map(workload -> workload.container().getImage())
                .filter(image -> options.processes().keySet().stream().noneMatch(given -> Images.isFor(given, image)))
                .distinct()
                .sorted();
    }

    private static void tell(String service, Map<String, String> environment) {
        Console.print(System.out, "# " + service + " is not started here; it needs:");
        new TreeMap<>(environment)
                .forEach((name, value) ->
                        Console.print(System.out, "export %s='%s'".formatted(name, value.replace("'", "'\\''"))));
    }
}
