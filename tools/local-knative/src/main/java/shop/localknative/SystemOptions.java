/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code -k} and {@code --data}, of every command: which system it is about. A script that knows one sets both defaults. */
final class SystemOptions {
    private static final String MANIFESTS = "LOCAL_KNATIVE_MANIFESTS";
    private static final String DATA = "LOCAL_KNATIVE_DATA";

    @Option(
            names = "-k",
            required = true,
            paramLabel = "DIR",
            defaultValue = "${env:" + MANIFESTS + "}",
            description = "the kustomization, or a folder of YAML files")
    Path manifests;

    @Option(names = "--data", paramLabel = "DIR", description = "the place of all state; default .local-knative")
    private Path data;

    /** Other manifests than those of the script are another system, whose state is not that of its. */
    Path data() {
        boolean isTheScripts = manifests.toString().equals(System.getenv(MANIFESTS));
        return Optional.ofNullable(data)
                .or(() -> Optional.ofNullable(System.getenv(DATA))
                        .filter(state -> isTheScripts)
                        .map(Path::of))
                .orElse(Path.of(".local-knative"));
    }
}
