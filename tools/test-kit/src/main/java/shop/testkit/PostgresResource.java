/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The surroundings of a service, for {@code @QuarkusTestResource}: a migrated database, trusted issuers and a broker that
 * records. It sets the same variables as the manifests do. The migrations are those of the module under test, or of the
 * folder named by the init argument {@code migrations}, relative to the root of the checkout.
 */
public class PostgresResource implements QuarkusTestResourceLifecycleManager {
    /** The name of the application in its {@link AccessLog}. */
    static final String APPLICATION = "service";

    private Path migrations;
    private int managementPort;

    @Override
    public void init(Map<String, String> arguments) {
        Path root = Path.of(System.getProperty("shop.root"));
        migrations = arguments.containsKey("migrations")
                ? root.resolve(arguments.get("migrations"))
                : Path.of("migrations").toAbsolutePath();
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> environment = new HashMap<>(database(migrations));
        environment.putAll(Tokens.environment());
        environment.putAll(AccessLog.settings(APPLICATION));
        environment.put("K_SINK", RecordingBroker.shared().address().toString());
        environment.put("shop.exposure", "all");
        environment.put("shop.settings", MountedSettings.directory().toString());
        managementPort = Ports.free();
        environment.put("quarkus.management.port", Integer.toString(managementPort));
        environment.put("quarkus.management.test-port", Integer.toString(managementPort));
        // The process of a @QuarkusIntegrationTest has not this JVM's time zone, and one that is no whole hour off.
        environment.put("user.timezone", "Pacific/Chatham");
        return environment;
    }

    /** A database of its own with these migrations, as the variables that a service reads it from. */
    Map<String, String> database(Path migrations) {
        return PostgreSql.migrated(migrations);
    }

    /** A test that has a field of this type gets it. */
    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(
                this,
                field -> PostgresResource.class.isAssignableFrom(field.getType())
                        && field.getType().isInstance(this));
    }

    /** The port of the application's health and metrics. */
    public int managementPort() {
        return managementPort;
    }

    /** The version of the latest migration. */
    String schemaVersion() {
        try (Stream<Path> files = Files.list(migrations)) {
            int latest = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("V\\d+__.*\\.sql"))
                    .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf('_'))))
                    .max()
                    .orElseThrow();
            return Integer.toString(latest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        // The database, the keys and the broker serve every application that this JVM starts, and end with it.
    }
}
