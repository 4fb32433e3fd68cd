/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
    private Options options;

    @Option(
            names = "--print-images",
            description = "start nothing: look at the options, and print the images that have to be built, one a line")
    private boolean printImages;

    @Override
    public Integer call() throws InterruptedException {
        if (printImages) {
            imagesToBuild().forEach(System.out::println);
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

    private Stream<String> imagesToBuild() {
        return Workload.all(options.checked()).stream()
                .filter(workload -> !(workload.manifest().resource() instanceof Job))
                .map(workload -> workload.container().getImage())
                .filter(image -> options.processes.keySet().stream().noneMatch(given -> Images.isFor(given, image)))
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
