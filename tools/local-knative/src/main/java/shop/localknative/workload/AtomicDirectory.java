/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** Makes these the files, by path relative to the directory. Nothing happens when they are already. */
    void write(Map<String, byte[]> files) {
        try {
            if (isSame(files)) {
                return;
            }
            var earlier = Files.exists(directory.resolve(DATA))
                    ? directory.resolve(DATA).toRealPath()
                    : null;
            var latest = PrivateFile.directory(directory.resolve(".." + System.nanoTime()));
            for (var file : files.entrySet()) {
                Files.createDirectories(latest.resolve(file.getKey()).getParent());
                Files.write(latest.resolve(file.getKey()), file.getValue());
            }
            link(DATA, latest.getFileName());
            var names = files.keySet().stream()
                    .map(path -> path.split("/", 2)[0])
                    .collect(Collectors.toCollection(TreeSet::new));
            for (String name : names) {
                if (!Files.isSymbolicLink(directory.resolve(name))) {
                    link(name, Path.of(DATA, name));
                }
            }
            removeOthers(names);
            if (earlier != null) {
                DataDirectory.delete(earlier);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isSame(Map<String, byte[]> files) throws IOException {
        var data = directory.resolve(DATA);
        if (!Files.exists(data)) {
            return false;
        }
        var there = new TreeSet<String>();
        var real = data.toRealPath();
        try (Stream<Path> paths = Files.walk(real)) {
            paths.filter(Files::isRegularFile)
                    .forEach(path -> there.add(real.relativize(path).toString()));
        }
        if (!there.equals(files.keySet())) {
            return false;
        }
        for (var file : files.entrySet()) {
            if (!Arrays.equals(Files.readAllBytes(real.resolve(file.getKey())), file.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** A link can't be changed, but replaced: at no moment is there none. */
    private void link(String name, Path target) throws IOException {
        var temporary = directory.resolve("..new");
        Files.deleteIfExists(temporary);
        Files.createSymbolicLink(temporary, target);
        Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private void removeOthers(Set<String> names) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                var name = entry.getFileName().toString();
                if (!name.startsWith("..")
                        && !names.contains(name)
                        && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    Files.delete(entry);
                }
            }
        }
    }
}
