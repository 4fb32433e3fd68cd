/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import io.fabric8.knative.serving.v1.Service;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.workload.Workload;

/** {@code images}: for who builds them. */
@Command(name = "images", description = "Prints the images of the services that the manifests describe, one a line.")
final class ImagesCommand implements Callable<Integer> {
    @Mixin
    private ManifestsOption manifests;

    @Override
    public Integer call() {
        ManifestReader.read(manifests.directory).of(Service.class).stream()
                .map(service -> Workload.of(service).container().getImage())
                .distinct()
                .forEach(System.out::println);
        return 0;
    }
}
