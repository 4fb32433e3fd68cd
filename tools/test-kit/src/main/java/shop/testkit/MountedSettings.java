/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/** The mounted ConfigMap of the service under test, which a test edits as an operator would. */
public final class MountedSettings {
    /** A property, since the test framework loads this class more than once. */
    private static final String DIRECTORY = "shop.mounted-settings";

    /** What a running service has to keep. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private MountedSettings() {}

    static synchronized Path directory() {
        if (System.getProperty(DIRECTORY) == null) {
            try {
                Path directory = Files.createTempDirectory(Path.of("target"), "settings");
                System.setProperty(DIRECTORY, directory.toAbsolutePath().toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Path.of(System.getProperty(DIRECTORY));
    }

    /** Replaces the file, and waits until the service has taken or refused it. */
    public static void set(String name, String text) {
        try {
            Path written = Files.writeString(directory().resolve(".written"), text);
            Files.move(written, directory().resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(SOON).until(() -> {
            JsonPath setting = shown(name);
            return text.equals(setting.get("value"))
                    || text.equals(setting.get("lastRefused.value")) && setting.getBoolean("lastRefused.current");
        });
    }

    /** Deletes the file, and waits until the default is in effect. */
    public static void unset(String name) {
        try {
            if (Files.deleteIfExists(directory().resolve(name))) {
                await().atMost(SOON).until(() -> shown(name).get("source").equals("DEFAULT"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The setting of this name as the service shows it. */
    public static JsonPath shown(String name) {
        return given().auth()
                .oauth2(Tokens.admin())
                .get("/settings")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .setRootPath("find { it.name == '" + name + "' }");
    }
}
