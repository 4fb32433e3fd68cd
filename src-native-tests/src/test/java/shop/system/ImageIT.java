/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static io.restassured.RestAssured.given;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.stream.Collectors.toSet;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static shop.system.Manifests.elements;
import static shop.system.Manifests.name;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.testkit.Ports;

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

    private static final int SIGTERM = 128 + 15;
    private static final Manifests BASE = Manifests.of("k8s/base");

    private static OciRegistry registry;
    private static JsonNode nativeManifest;

    @BeforeAll
    static void provideSourcesAndBase() throws IOException {
        registry = OciRegistry.start(DIRECTORY);
        copySources();
        registry.push("base", "1", Distroless.tar(DIRECTORY), Distroless.CONFIG);
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
        JsonNode manifest = pushedNative();
        JsonNode config = registry.config(IMAGE, manifest);
        assertRestricted(config);
        assertEquals("[\"./application\"]", config.get("Entrypoint").toString());
        List<Integer> layers = report("native", manifest);
        assertEquals(1, layers.size());
        assertTrue(layers.getFirst() < 40 * MEGABYTE, "an executable of " + layers.getFirst() + " bytes");
        byte[] layer = registry.layers(IMAGE, manifest).getLast();
        assertEquals(
                List.of("work/", "work/application"),
                Commands.output(layer, "tar", "-tzf", "-").lines().toList());
    }

    @Test
    void theNativeImageRunsOnItsLayersAloneAsNobodyWithoutARight() throws IOException {
        assumeTrue(
                Distroless.isAtHand(),
                "no base to run an image on: it is made of Debian's packages libc6, zlib1g, tzdata and ca-certificates");
        JsonNode manifest = pushedNative();
        Path root = Container.unpack(DIRECTORY, registry.layers(IMAGE, manifest));
        Map<Path, FileTime> before = Container.files(root);
        int port = Ports.free();
        int management = Ports.free();
        Map<String, String> environment = Map.of(
                "QUARKUS_FUNQY_EXPORT", "heartbeat",
                "PORT", Integer.toString(port),
                "QUARKUS_MANAGEMENT_PORT", Integer.toString(management),
                "QUARKUS_HTTP_HOST", "127.0.0.1",
                "QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        try (Container container = Container.start(root, registry.config(IMAGE, manifest), environment)) {
            await().atMost(Duration.ofSeconds(30))
                    .failFast(
                            "it ended, see " + container.log(),
                            () -> !container.process().isAlive())
                    .ignoreException(ConnectException.class)
                    .untilAsserted(() -> given().port(management)
                            .get("/q/health/ready")
                            .then()
                            .statusCode(200)
                            .body("status", equalTo("UP")));
            deliverHeartbeat(port);
            Map<String, String> status = container.status();
            assertEquals("65532\t65532\t65532\t65532", status.get("Uid"));
            for (String capabilities : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
                assertEquals(0, Long.parseLong(status.get(capabilities), 16), capabilities);
            }
            assertEquals("1", status.get("NoNewPrivs"));
            assertEquals("ro", container.mounts().get("/"));
            Set<Path> mapped = container.mapped();
            assertTrue(mapped.stream().allMatch(file -> file.startsWith(root)), mapped.toString());
            assertEquals(Set.of("application", "ld-linux-x86-64", "libc", "libz"), names(mapped));
            assertEquals(SIGTERM, container.terminate());
        }
        assertEquals(before, Container.files(root));
    }

    @Test
    void noExecutableNeedsANewerCLibraryThanItsBaseHas() throws IOException {
        assumeTrue(Commands.find("readelf").isPresent(), "no readelf, of binutils, that would tell");
        List<Path> executables = executables();
        assumeTrue(!executables.isEmpty(), "no executable is built");
        for (Path executable : executables) {
            int newest = Pattern.compile("Name: GLIBC_2\\.(\\d+)")
                    .matcher(Commands.output(new byte[0], "readelf", "--version-info", executable.toString()))
                    .results()
                    .mapToInt(version -> Integer.parseInt(version.group(1)))
                    .max()
                    .orElseThrow();
            System.out.printf("%s needs glibc 2.%d%n", executable.getFileName(), newest);
            assertTrue(
                    newest <= Distroless.GLIBC,
                    "%s needs glibc 2.%d, its base may have 2.%d: build it on an older system or in a container"
                            .formatted(executable, newest, Distroless.GLIBC));
        }
    }

    /** Of programs and libraries, without a version. */
    private static Set<String> names(Set<Path> files) {
        return files.stream()
                .map(file -> file.getFileName().toString().replaceFirst("\\.so.*", ""))
                .collect(toSet());
    }

    private static void deliverHeartbeat(int port) {
        JsonNode source = BASE.ofKind("PingSource")
                .filter(resource -> name(resource).equals("heartbeat"))
                .findFirst()
                .orElseThrow()
                .get("spec");
        given().port(port)
                .header("ce-specversion", "1.0")
                .header("ce-type", EventTypes.PING)
                .header("ce-source", "/apis/v1/namespaces/shop/pingsources/heartbeat")
                .header("ce-id", "1")
                .contentType(source.get("contentType").asText())
                .body(source.get("data").asText())
                .post("/")
                .then()
                .statusCode(204);
    }

    /** Of all modules, those that are built. */
    private static List<Path> executables() throws IOException {
        try (Stream<Path> found = Files.find(
                Manifests.ROOT,
                3,
                (file, _) ->
                        file.getParent().endsWith("target") && file.toString().endsWith("-runner"))) {
            return found.toList();
        }
    }

    /** Pushed once, of the executable that is built. */
    private static JsonNode pushedNative() throws IOException {
        if (nativeManifest == null) {
            Path executable = executables().stream()
                    .filter(file -> file.startsWith(Manifests.ROOT.resolve(MODULE)))
                    .findFirst()
                    .orElseGet(() -> abort("no executable of " + MODULE + " is built, so that none is pushed"));
            Path copy = SOURCES.resolve(MODULE + "/target").resolve(executable.getFileName());
            Files.createDirectories(copy.getParent());
            Files.copy(executable, copy, REPLACE_EXISTING, COPY_ATTRIBUTES);
            push("native", "-Dimage.native=true");
            nativeManifest = registry.manifest(IMAGE, "native");
        }
        return nativeManifest;
    }

    /** The demands of base's securityContext: a user by number who is not root. */
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
                "-Dspotless.check.skip",
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
        String module = Files.readString(Manifests.ROOT.resolve(MODULE).resolve("pom.xml"));
        try (Stream<Path> directories = Files.list(Manifests.ROOT)) {
            copy(directories
                    .map(Manifests.ROOT::relativize)
                    .filter(directory -> module.contains("<artifactId>" + directory + "</artifactId>"))
                    .map(directory -> directory.resolve("src/main"))
                    .filter(sources -> Files.exists(Manifests.ROOT.resolve(sources)))
                    .toArray(Path[]::new));
        }
        try (Stream<Path> files = Files.find(
                Manifests.ROOT, 4, (file, attributes) -> file.endsWith("pom.xml") && !file.startsWith(DIRECTORY))) {
            copy(files.map(Manifests.ROOT::relativize).toArray(Path[]::new));
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
