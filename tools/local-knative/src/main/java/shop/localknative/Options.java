/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The choices of the person who starts a system.
 *
 * @param manifests a kustomization, or a folder of YAML files
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
        List<Path> images,
        Map<String, String> processes,
        int port,
        Path data,
        boolean fresh,
        Map<String, String> environment,
        Map<String, URI> external,
        boolean inMemoryBroker) {}
