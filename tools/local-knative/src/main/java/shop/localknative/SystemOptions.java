/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import shop.localknative.console.StartException;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.manifests.Manifests;

/** {@code -k}, {@code --skip} and {@code --data}, of every command: which system it is about. A script that knows one sets both defaults. */
class SystemOptions {
    private static final String MANIFESTS = "LOCAL_KNATIVE_MANIFESTS";
    private static final String DATA = "LOCAL_KNATIVE_DATA";

    @Option(
            names = {"-k", "-f"},
            required = true,
            paramLabel = "FILE|DIR",
            defaultValue = "${env:" + MANIFESTS + "}",
            description = "a kustomization, a folder of YAML files or one of these; - for the standard input")
    private Path manifests;

    @Option(
            names = "--skip",
            paramLabel = "KIND[/NAME]",
            description = "resources of the manifests to leave out; repeatable")
    private Set<String> skip = Set.of();

    @Option(names = "--data", paramLabel = "DIR", description = "the place of all state; default .local-knative")
    private Path data;

    /** @throws StartException when the manifests are not understood */
    Manifests read() {
        return read(new HashSet<>());
    }

    /** @param files is added to, also when this fails: the files and directories that a change can be expected in */
    Manifests read(Set<Path> files) {
        return ManifestReader.read(manifests(), skip, files);
    }

    /** Those of the standard input in a file, which can be read more than once. */
    Path manifests() {
        if (manifests.toString().equals("-")) {
            try {
                manifests = Files.createTempFile("manifests", ".yaml");
                manifests.toFile().deleteOnExit();
                Files.write(manifests, System.in.readAllBytes());
            } catch (IOException e) {
                throw new StartException("The standard input can't be read: " + e.getMessage(), e);
            }
        }
        return manifests;
    }

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
