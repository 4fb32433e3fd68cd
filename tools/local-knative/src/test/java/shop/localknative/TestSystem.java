/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The manifests in src/test/resources/echo, and the executable that stands for their image. */
public final class TestSystem {
    private TestSystem() {}

    public static Path manifests() {
        try {
            return Path.of(TestSystem.class.getResource("/echo").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A directory with a module {@code echo}, whose build output is an executable, as a native build's is. */
    public static Path images(Path directory) throws IOException {
        var target = Files.createDirectories(directory.resolve("echo/target"));
        var script = Files.writeString(target.resolve("echo-1.0-runner"), """
                #!/bin/sh
                exec %s/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' shop.localknative.EchoService "$@"
                """.formatted(
                        System.getProperty("java.home"), System.getProperty("java.class.path")));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return directory;
    }

    public static Options options(Path directory) throws IOException {
        return options(directory, Map.of());
    }

    public static Options options(Path directory, Map<String, URI> external) throws IOException {
        return new Options(
                manifests(),
                Set.of(),
                List.of(images(directory.resolve("images"))),
                Map.of(),
                0,
                directory.resolve("data"),
                false,
                Map.of("ADDED", "by hand"),
                external,
                false);
    }
}
