/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.UUID;
import java.util.stream.Collectors;

/** Tells whether files have changed: a short text of their names, sizes and times. */
public final class Fingerprint {
    private Fingerprint() {}

    /** @param paths files, and directories for which names they have; what is missing counts, too */
    public static String of(Collection<Path> paths) {
        var stamps = paths.stream().sorted().map(Fingerprint::stamp).collect(Collectors.joining("\n"));
        return UUID.nameUUIDFromBytes(stamps.getBytes())
                .toString()
                .replace("-", "")
                .substring(0, 12);
    }

    private static String stamp(Path path) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return "%s %d %s".formatted(path, attributes.size(), attributes.lastModifiedTime());
        } catch (IOException missing) {
            return path + " is missing";
        }
    }
}
