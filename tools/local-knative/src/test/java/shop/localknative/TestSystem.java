/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import picocli.CommandLine;

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

    /** The choices for the system of {@link #manifests}, with more {@code arguments}. */
    public static Options echo(Path directory, String... arguments) throws IOException {
        var own = Stream.of(
                "-k=" + manifests(), "--images=" + images(directory.resolve("images")), "--env=ADDED=by hand");
        return options(directory, Stream.concat(own, Stream.of(arguments)).toArray(String[]::new));
    }

    /** What {@code run} reads from these arguments, for a system with its data below {@code directory} and any port. */
    public static Options options(Path directory, String... arguments) {
        var own = Stream.of("--data=" + directory.resolve("data"), "--port=0");
        var options = new Options();
        new CommandLine(options)
                .setOverwrittenOptionsAllowed(true)
                .parseArgs(Stream.concat(own, Stream.of(arguments)).toArray(String[]::new));
        return options;
    }

    /** A request to the front door. Java resolves no *.localhost, hence the address and the header. */
    public static RequestSpecification request(int port, String host) {
        return RestAssured.given().baseUri("http://127.0.0.1").port(port).header("Host", host);
    }
}
