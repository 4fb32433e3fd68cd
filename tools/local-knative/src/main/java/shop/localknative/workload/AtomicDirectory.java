/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.PrivateFile;

/**
 * A directory whose files all change at once, as the kubelet writes volumes (pkg/volume/util/atomic_writer.go): each name
 * is a link to its file below {@code ..data}, which is a link to the latest set of files and is replaced by a rename.
 */
record AtomicDirectory(Path directory) {
    private static final String DATA = "..data";

    AtomicDirectory {
        PrivateFile.directory(directory);
    }

    /** Makes these the files, by path relative to the directory. When they are already, only what was broken off is completed. */
    void write(Map<String, byte[]> files) {
        try {
            var data = directory.resolve(DATA);
            var earlier = Files.exists(data) ? directory.resolve(Files.readSymbolicLink(data)) : null;
            var latest = directory.resolve(version(files));
            if (!latest.equals(earlier)) {
                PrivateFile.directory(latest);
                for (var file : files.entrySet()) {
                    Files.createDirectories(latest.resolve(file.getKey()).getParent());
                    Files.write(latest.resolve(file.getKey()), file.getValue());
                }
                link(Path.of(DATA), latest.getFileName());
            }
            for (Path file : DataDirectory.list(latest)) {
                if (!Files.isSymbolicLink(directory.resolve(file.getFileName()))) {
                    link(file.getFileName(), Path.of(DATA).resolve(file.getFileName()));
                }
            }
            for (Path entry : DataDirectory.list(directory)) {
                if (Files.notExists(entry)) { // behind its link any more
                    Files.delete(entry);
                }
            }
            if (earlier != null && !earlier.equals(latest)) {
                DataDirectory.delete(earlier);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A name for these files, and no others. */
    private static String version(Map<String, byte[]> files) {
        var text = new StringBuilder();
        new TreeMap<>(files)
                .forEach((path, content) -> text.append(
                        "%s %s%n".formatted(path, Base64.getEncoder().encodeToString(content))));
        return ".." + UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A link can't be changed, but replaced: at no moment is there none. */
    private void link(Path name, Path target) throws IOException {
        var temporary = directory.resolve("..new");
        Files.deleteIfExists(temporary);
        Files.createSymbolicLink(temporary, target);
        Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
