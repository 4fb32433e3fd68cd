/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;
import shop.localknative.console.StartException;

/** Files that only this user can read, and that are there as a whole or not at all. */
public final class PrivateFile {
    private PrivateFile() {}

    /** The content of the file; made and stored the first time. When two processes make it at once, both get the same. */
    public static String readOrMake(Path file, Supplier<String> content) {
        try {
            if (!Files.exists(file)) {
                var temporary = temporary(file, content.get().getBytes());
                try {
                    Files.createLink(file, temporary);
                } catch (FileAlreadyExistsException made) {
                    // by another process, a moment ago
                } finally {
                    Files.delete(temporary);
                }
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Written through to the disk before this returns. */
    public static void write(Path file, byte[] content) {
        try {
            Files.move(temporary(file, content), file, StandardCopyOption.ATOMIC_MOVE);
            force(file.getParent(), StandardOpenOption.READ); // the name, too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates the directory, if it is missing, for this user alone. */
    public static Path directory(Path directory) {
        try {
            return Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new StartException("%s can't be made: %s".formatted(directory, e.getMessage()), e);
        }
    }

    private static Path temporary(Path file, byte[] content) throws IOException {
        directory(file.getParent());
        var temporary = Files.createTempFile(file.getParent(), ".", ".tmp");
        Files.write(temporary, content);
        force(temporary, StandardOpenOption.WRITE);
        return temporary;
    }

    private static void force(Path path, StandardOpenOption access) throws IOException {
        try (var channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }
}
