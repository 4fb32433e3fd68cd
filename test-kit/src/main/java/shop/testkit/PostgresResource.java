package shop.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What a service finds around it, for {@code @QuarkusTestResource}: a migrated database, trusted issuers and a broker that
 * records. It sets the same variables as the manifests do. The migrations are those of the module under test, or of the
 * folder named by the init argument {@code migrations}, relative to the root of the checkout.
 */
public class PostgresResource implements QuarkusTestResourceLifecycleManager {
    private Path migrations;

    @Override
    public void init(Map<String, String> arguments) {
        Path root = Path.of(System.getProperty("shop.root"));
        migrations = arguments.containsKey("migrations")
                ? root.resolve(arguments.get("migrations"))
                : Path.of("migrations").toAbsolutePath();
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> environment = new HashMap<>(PostgreSql.migrated(migrations));
        environment.putAll(Tokens.environment());
        environment.put("K_SINK", RecordingBroker.shared().address().toString());
        environment.put("shop.surface", "all");
        // For the process of a @QuarkusIntegrationTest, which has neither the test profile's ports nor this JVM's time
        // zone.
        environment.put("quarkus.management.port", "0");
        environment.put("user.timezone", "Pacific/Chatham");
        return environment;
    }

    @Override
    public void stop() {
        // The database, the keys and the broker serve every application that this JVM starts, and end with it.
    }
}
