/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.manifests.ManifestReader;

/** The manifests that quarkus-kubernetes generates for a service with health, run as they are. */
@Timeout(300)
class QuarkusManifestTest {
    @TempDir
    Path directory;

    @Test
    void generatedManifestRunsWithTheServiceThatItIsGeneratedFor() throws Exception {
        var greeter = Files.createDirectory(directory.resolve("greeter"));
        generate(greeter);
        var generated = greeter.resolve("target/kubernetes");
        assertEquals(
                1,
                ManifestReader.read(generated.resolve("kubernetes.yml"))
                        .of(Deployment.class)
                        .size());
        try (var cluster = new Cluster(TestSystem.options(
                directory,
                "-k=" + generated.resolve("knative.yml"),
                "--images=" + directory,
                "--env=QUARKUS_HTTP_HOST=127.0.0.1"))) {
            int port = cluster.start();
            TestSystem.request(port, "greeter.default.localhost")
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("UP"));
        }
    }

    private static void generate(Path project) throws IOException, InterruptedException {
        var version = Pattern.compile("<quarkus.version>(.*)</quarkus.version>")
                .matcher(Files.readString(Path.of("../../pom.xml")));
        assertTrue(version.find());
        Files.writeString(project.resolve("pom.xml"), """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>people</groupId>
                  <artifactId>greeter</artifactId>
                  <version>1.0</version>
                  <dependencyManagement>
                    <dependencies>
                      <dependency>
                        <groupId>io.quarkus</groupId>
                        <artifactId>quarkus-bom</artifactId>
                        <version>%1$s</version>
                        <type>pom</type>
                        <scope>import</scope>
                      </dependency>
                    </dependencies>
                  </dependencyManagement>
                  <dependencies>
                    <dependency>
                      <groupId>io.quarkus</groupId>
                      <artifactId>quarkus-smallrye-health</artifactId>
                    </dependency>
                    <dependency>
                      <groupId>io.quarkus</groupId>
                      <artifactId>quarkus-kubernetes</artifactId>
                    </dependency>
                  </dependencies>
                  <build>
                    <plugins>
                      <plugin>
                        <groupId>io.quarkus</groupId>
                        <artifactId>quarkus-maven-plugin</artifactId>
                        <version>%1$s</version>
                        <executions><execution><goals><goal>build</goal></goals></execution></executions>
                      </plugin>
                    </plugins>
                  </build>
                </project>
                """.formatted(version.group(1)));
        var log = project.resolve("build.log");
        var build = new ProcessBuilder(
                        Path.of("../../mvnw").toAbsolutePath().normalize().toString(),
                        "-q",
                        "-B",
                        "-ntp",
                        "-f",
                        project.resolve("pom.xml").toString(),
                        "package",
                        "-Dquarkus.kubernetes.deployment-target=knative,kubernetes",
                        "-Dquarkus.container-image.group=people")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        build.environment().put("JAVA_HOME", System.getProperty("java.home"));
        assertEquals(0, build.start().waitFor(), () -> read(log));
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
