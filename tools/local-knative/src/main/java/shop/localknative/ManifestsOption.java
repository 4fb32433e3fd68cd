/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code -k}, of every command. */
final class ManifestsOption {
    @Option(
            names = "-k",
            required = true,
            paramLabel = "DIR",
            description = "the kustomization, or a folder of YAML files")
    Path directory;
}
