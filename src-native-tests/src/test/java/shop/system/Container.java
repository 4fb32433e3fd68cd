/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static shop.system.Manifests.elements;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An image's process as base's securityContext has it started, by util-linux instead of a container engine: as the image's
 * user, without capabilities or a way to new ones, in a read-only root of nothing but the image's layers. The rest of the OCI
 * runtime specification's default file systems and devices (config-linux.md) it has to do without, but for an empty /tmp, its
 * own /proc and the devices that need no terminal. The network is the machine's.
 */
record Container(Path root, Path log, Process process) implements AutoCloseable {
    /** Ends as the image's process, which is then the first of its PID namespace. The mounts go with their namespace. */
    private static final String START = """
            root=$1 directory=$2 user=$3
            shift 3
            mount --bind "$root" "$root"
            mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
            mount -t proc proc "$root/proc"
            for device in "$root"/dev/*; do mount --bind "/dev/${device##*/}" "$device"; done
            mount -o remount,bind,ro "$root"
            exec setpriv --no-new-privs --inh-caps=-all \\
                unshare --root="$root" --wd="$directory" --setgid="$user" --setuid="$user" "$@"
            """;

    /** The root of an image with these layers, and with the places that a runtime mounts at. */
    static Path unpack(Path directory, List<byte[]> layers) throws IOException {
        assumeTrue(
                Commands.succeeds(
                        directory, "unshare", "--mount", "--pid", "--fork", "setpriv", "--no-new-privs", "true"),
                "no image is run: for that it takes util-linux, and root with the right to mount");
        Path root = directory.resolve("root");
        assertTrue(Commands.succeeds(directory, "rm", "-rf", root.toString()));
        Files.createDirectories(root);
        for (byte[] layer : layers) {
            String names = Commands.output(layer, "tar", "-tzf", "-");
            assertFalse(names.contains(".wh."), "a whiteout: neither Jib nor distroless has any, so none is done here");
            Path file = Files.write(directory.resolve("layer.tar.gz"), layer);
            assertTrue(Commands.succeeds(root, "tar", "--warning=no-unknown-keyword", "-xpzf", file.toString()));
        }
        assertTrue(Commands.succeeds(root, "mkdir", "-p", "proc", "dev", "tmp"));
        assertTrue(Commands.succeeds(root, "touch", "dev/null", "dev/zero", "dev/full", "dev/random", "dev/urandom"));
        return root;
    }

    /** Its files, and when they were last changed in content, owner or mode. */
    static Map<Path, FileTime> files(Path root) throws IOException {
        Map<Path, FileTime> changes = new HashMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                changes.put(file, (FileTime) Files.getAttribute(file, "unix:ctime", NOFOLLOW_LINKS));
            }
        }
        return changes;
    }

    static Container start(Path root, JsonNode config, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("unshare", "--mount", "--pid", "--fork", "sh", "-ec", START, "container", root.toString()));
        command.add(config.get("WorkingDir").asText());
        command.add(config.get("User").asText());
        Stream.of("Entrypoint", "Cmd")
                .flatMap(part -> elements(config.path(part)))
                .map(JsonNode::asText)
                .forEach(command::add);
        Path log = root.resolveSibling("container.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().clear();
        elements(config.path("Env"))
                .map(variable -> variable.asText().split("=", 2))
                .forEach(variable -> builder.environment().put(variable[0], variable[1]));
        builder.environment().putAll(environment);
        return new Container(root, log, builder.start());
    }

    /** The kernel's view of the image's process: the lines of its {@code status}, by name. */
    Map<String, String> status() throws IOException {
        return proc("status").map(line -> line.split(":\\s*", 2)).collect(toMap(line -> line[0], line -> line[1]));
    }

    /** Where it has mounts, and whether they are {@code ro} or {@code rw}. */
    Map<String, String> mounts() throws IOException {
        return proc("mountinfo")
                .map(line -> line.split(" "))
                .collect(toMap(line -> line[4], line -> line[5].substring(0, 2)));
    }

    /** The files that are mapped into its memory, by their paths outside. */
    Set<Path> mapped() throws IOException {
        return proc("maps")
                .filter(line -> line.contains("/"))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .collect(toSet());
    }

    private Stream<String> proc(String file) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(application().pid()), file)).stream();
    }

    /** What {@code kubectl delete pod} does first; returns the exit code. */
    int terminate() {
        application().destroy();
        return process.onExit().join().exitValue();
    }

    private ProcessHandle application() {
        return process.children().findFirst().orElseThrow();
    }

    @Override
    public void close() {
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }
}
