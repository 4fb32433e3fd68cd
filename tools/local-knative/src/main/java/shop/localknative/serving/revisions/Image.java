/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import java.nio.file.Path;
import java.util.List;

/**
 * The command that stands for a container image, as of one build.
 *
 * @param command of this machine
 * @param arguments of the container, which its environment is expanded in
 * @param directory to start it in; null for one of the instance's own
 * @param version tells apart what was built at different times
 * @param copy of the build output; null for a command
 */
public record Image(List<String> command, List<String> arguments, Path directory, String version, Path copy) {}
