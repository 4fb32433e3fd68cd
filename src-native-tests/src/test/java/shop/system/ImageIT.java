package shop.system;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static shop.system.Manifests.elements;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Images as {@code -Dimages} pushes them, of the functions: built in a copy of the sources, since a running system has the
 * build in target open, and pushed to a registry on loopback, which has a base for them, too.
 */
class ImageIT {
    private static final String MODULE = "event-functions";
    private static final String IMAGE = "shop/" + MODULE;
    private static final Path DIRECTORY = Manifests.ROOT.resolve("src-native-tests/target/images");
    private static final Path SOURCES = DIRECTORY.resolve("sources");
    private static final int MEGABYTE = 1_000_000;

    private static OciRegistry registry;

    @BeforeAll
    static void provideSourcesAndBase() throws IOException {
        registry = OciRegistry.start(DIRECTORY);
        copySources();
        byte[] emptyTar = new byte[1024];
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(emptyTar);
        }
        registry.push("base", "1", emptyTar, compressed.toByteArray());
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void theJvmImageRunsTheJarAsNobodyInLayersThatChangeApart() throws IOException {
        push("jvm");
        JsonNode manifest = registry.manifest(IMAGE, "jvm");
        JsonNode config = registry.config(IMAGE, manifest);
        assertRestricted(config);
        List<String> entrypoint =
                elements(config.get("Entrypoint")).map(JsonNode::asText).toList();
        assertEquals("java", entrypoint.getFirst());
        assertEquals(List.of("-jar", "quarkus-run.jar"), entrypoint.subList(entrypoint.size() - 2, entrypoint.size()));
        List<Integer> layers = report("JVM", manifest);
        int libraries = layers.stream().max(Integer::compare).orElseThrow();
        int whatChanges = layers.stream().mapToInt(Integer::intValue).sum() - libraries;
        assertTrue(whatChanges < 2 * MEGABYTE, "a new version of our code is a push of " + whatChanges + " bytes");
        assertTrue(libraries < 30 * MEGABYTE, "libraries of " + libraries + " bytes");
    }

    @Test
    void theNativeImageIsTheExecutableAndNothingElse() throws IOException {
        try (Stream<Path> built = Files.list(Manifests.ROOT.resolve(MODULE + "/target"))) {
            List<Path> executables =
                    built.filter(file -> file.toString().endsWith("-runner")).toList();
            assumeTrue(!executables.isEmpty(), "no executable of " + MODULE + " is built, so that none is pushed");
            Path copy = SOURCES.resolve(MODULE + "/target")
                    .resolve(executables.getFirst().getFileName());
            Files.createDirectories(copy.getParent());
            Files.copy(executables.getFirst(), copy, REPLACE_EXISTING, COPY_ATTRIBUTES);
        }
        push("native", "-Dimage.native=true");
        JsonNode manifest = registry.manifest(IMAGE, "native");
        JsonNode config = registry.config(IMAGE, manifest);
        assertRestricted(config);
        assertEquals("[\"./application\"]", config.get("Entrypoint").toString());
        List<Integer> layers = report("native", manifest);
        assertEquals(1, layers.size());
        assertTrue(layers.getFirst() < 40 * MEGABYTE, "an executable of " + layers.getFirst() + " bytes");
        byte[] layer = registry.blob(IMAGE, manifest.at("/layers/1/digest").asText());
        assertEquals(
                List.of("work/", "work/application"),
                Commands.output(layer, "tar", "-tzf", "-").lines().toList());
    }

    /** What base's securityContext asks for: a user by number who is not root. */
    private static void assertRestricted(JsonNode config) {
        assertTrue(Integer.parseInt(config.get("User").asText()) > 0, config.toString());
        assertEquals("/work", config.get("WorkingDir").asText());
        assertTrue(config.get("ExposedPorts").has("8080/tcp"), config.toString());
    }

    /** The sizes of the layers on top of the base's, compressed. */
    private static List<Integer> report(String kind, JsonNode manifest) {
        List<Integer> layers = new ArrayList<>(elements(manifest.get("layers"))
                .map(layer -> layer.get("size").asInt())
                .toList());
        layers.removeFirst();
        System.out.printf("%s image of %s: %s bytes on top of the base%n", kind, MODULE, layers);
        return layers;
    }

    private static void push(String tag, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "JAVA_HOME=" + System.getProperty("java.home"),
                "./mvnw",
                "-B",
                "-ntp",
                "-q",
                "package",
                "-pl",
                MODULE,
                "-am",
                "-Dmaven.test.skip",
                "-Dimages",
                "-Dspotless.apply.skip",
                "-Dquarkus.container-image.registry=" + registry.address(),
                "-Dquarkus.container-image.insecure=true",
                "-Dquarkus.container-image.tag=" + tag,
                "-Dquarkus.jib.base-jvm-image=" + registry.address() + "/base:1",
                "-Dquarkus.jib.base-native-image=" + registry.address() + "/base:1",
                "-Dquarkus.jib.base-image-layers-cache=" + DIRECTORY.resolve("cache/base"),
                "-Dquarkus.jib.application-layers-cache=" + DIRECTORY.resolve("cache/application")));
        command.addAll(List.of(options));
        assertTrue(Commands.succeeds(SOURCES, command.toArray(String[]::new)), () -> String.join(" ", command));
    }

    /** Of the module and what it depends on; of the others, Maven wants to see the pom.xml. */
    private static void copySources() throws IOException {
        copy(Path.of("mvnw"), Path.of(".mvn"), Path.of("pom.xml"));
        copy(Path.of("event-contracts/src/main"), Path.of(MODULE, "src/main"));
        try (Stream<Path> modules = Files.list(Manifests.ROOT)) {
            copy(modules.map(module -> Manifests.ROOT.relativize(module).resolve("pom.xml"))
                    .filter(pom -> Files.exists(Manifests.ROOT.resolve(pom)))
                    .toArray(Path[]::new));
        }
    }

    private static void copy(Path... trees) throws IOException {
        for (Path tree : trees) {
            try (Stream<Path> files = Files.walk(Manifests.ROOT.resolve(tree))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path copy = SOURCES.resolve(Manifests.ROOT.relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, REPLACE_EXISTING, COPY_ATTRIBUTES);
                }
            }
        }
    }
}
