/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import shop.localknative.console.StartException;

/** The place of all state of one system. While the system runs, the directory is locked. */
public final class DataDirectory implements AutoCloseable {
    /** The directories that --fresh deletes. Nothing else in the data directory was made here. */
    private static final List<String> CONTENTS = List.of(
            "postgresql", "credentials", "keys", "mail", "volumes", "images", "revisions", "logs", "monitoring");

    private static final String NAMESPACE = "namespace";

    private final Path directory;
    private final FileChannel channel;

    private DataDirectory(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** @throws StartException when another local-knative uses it */
    public static DataDirectory open(Path path) {
        var directory = PrivateFile.directory(path.toAbsolutePath().normalize());
        try {
            var channel = FileChannel.open(
                    directory.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new StartException(
                        "%s is in use by another local-knative. Stop that one, or choose another --data."
                                .formatted(directory));
            }
            return new DataDirectory(directory, channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Until it is closed. */
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    /** A directory below this one, created when missing. */
    public Path directory(String... names) {
        return PrivateFile.directory(Path.of(directory.toString(), names));
    }

    /** Notes the namespace of the system that runs here, for {@link #namespace}. */
    public void namespace(String name) {
        PrivateFile.write(directory.resolve(NAMESPACE), name.getBytes());
    }

    /** The namespace of the system that has run here last. */
    public static Optional<String> namespace(Path directory) {
        try {
            return Optional.of(Files.readString(directory.resolve(NAMESPACE)));
        } catch (IOException neverRan) {
            return Optional.empty();
        }
    }

    /** Deletes all state. */
    public void clear() {
        CONTENTS.forEach(this::delete);
    }

    /** Deletes the directory {@code name} with all that is in it. */
    public void delete(String name) {
        delete(directory.resolve(name));
    }

    public static void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files in a directory, by name; none where there is no such directory. */
    public static List<Path> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
