/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.system.Manifests.elements;
import static shop.system.Manifests.name;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.settings.DeclaredSettings;
import shop.settings.Setting;

/** The manifests as files, and what they have in common with the code. */
class ManifestsAndCodeTest {
    private static final Manifests LOCAL = Manifests.of("k8s/overlays/local");

    @Test
    void everyFileHoldsWhatItsKindsAllow() throws IOException {
        try (Stream<Path> files = Files.walk(Manifests.ROOT.resolve("k8s"))) {
            List<JsonNode> resources = files.filter(file -> file.toString().endsWith(".yaml"))
                    .flatMap(Manifests::documents)
                    .filter(document -> document.has("metadata"))
                    .toList();
            assertFalse(resources.isEmpty());
            resources.forEach(StrictModel::check);
        }
    }

    /** Each in a folder of its own, since kustomize reads no file outside its root. */
    @Test
    void everyServiceHasTheTablesThatTheKitIsTestedWith() throws IOException {
        Path kit = Path.of("migrations/V1__kit.sql");
        String tested = Files.readString(
                Manifests.ROOT.resolve("service-kit/src/test/resources").resolve(kit));
        for (String service : Set.of("user-service", "order-service", "dead-letters")) {
            assertEquals(
                    tested, Files.readString(Manifests.ROOT.resolve(service).resolve(kit)), service);
        }
        for (String service : Set.of("user-service", "order-service")) {
            assertEquals(
                    refusedEvents(Manifests.ROOT.resolve("service-kit/src/test/resources")),
                    refusedEvents(Manifests.ROOT.resolve(service)),
                    service);
        }
    }

    private static String refusedEvents(Path module) throws IOException {
        try (Stream<Path> files = Files.list(module.resolve("migrations"))) {
            return Files.readString(files.filter(file -> file.toString().endsWith("__refused_events.sql"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    /** A key that no setting has would be refused at run time; a default that is not written down, nobody would find. */
    @ParameterizedTest
    @CsvSource({
        "user-settings, user-service, shop.users.UserSettings",
        "order-settings, order-service, shop.orders.order.OrderSettings",
        "dead-letters-settings, dead-letters, shop.deadletters.DeadLetterSettings",
        "function-settings, event-functions, shop.functions.FunctionSettings"
    })
    void configMapHasEverySettingWithItsDefault(String configMap, String module, String declaration) throws Exception {
        JsonNode data = LOCAL.ofKind("ConfigMap")
                .filter(map -> name(map).equals(configMap))
                .findFirst()
                .orElseThrow()
                .get("data");
        Map<String, String> defaults = new TreeMap<>();
        Map<String, String> written = new TreeMap<>();
        data.propertyStream().forEach(key -> written.put(key.getKey(), "of no setting"));
        declared(module, declaration).all().forEach(setting -> {
            defaults.put(setting.name(), printedDefault(setting));
            written.computeIfPresent(
                    setting.name(), (name, _) -> printed(setting, data.get(name).asText()));
        });
        assertEquals(defaults, written);
    }

    @Test
    void everythingReadsItsLiveSettings() {
        LOCAL.ownServices().forEach(pod -> {
            assertEquals("/etc/shop/settings", pod.variable("SHOP_SETTINGS"), pod.name());
            assertTrue(
                    elements(pod.template().at("/spec/containers/0/volumeMounts"))
                            .anyMatch(mount -> mount.get("mountPath").asText().equals("/etc/shop/settings")),
                    pod.name());
        });
    }

    private static DeclaredSettings declared(String module, String type) throws Exception {
        URL classes = module(module).resolve("target/classes").toUri().toURL();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, DeclaredSettings.class.getClassLoader())) {
            var constructor = loader.loadClass(type).getDeclaredConstructor();
            constructor.setAccessible(true);
            return (DeclaredSettings) constructor.newInstance();
        }
    }

    private static <T> String printedDefault(Setting<T> setting) {
        return setting.kind().print(setting.byDefault());
    }

    private static <T> String printed(Setting<T> setting, String text) {
        return setting.kind()
                .parse(text)
                .map(setting.kind()::print)
                .orElse("must be " + setting.kind().allowed());
    }

    @Test
    void thePaymentTimeoutOutlastsEveryRetryOnThePaymentsWay() {
        assertOutlasts("payment-timeout", "authorize-payment", "order-payments");
    }

    @Test
    void aRefundIsNotOverdueBeforeEveryRetryOnItsWayIsOver() {
        assertOutlasts("refund-timeout", "refund-payment", "order-payments");
    }

    private static void assertOutlasts(String setting, String there, String back) {
        Duration timeout = LOCAL.ofKind("ConfigMap")
                .filter(map -> name(map).equals("order-settings"))
                .map(map -> Duration.parse(map.at("/data/" + setting).asText()))
                .findFirst()
                .orElseThrow();
        Duration horizon = retryHorizon(there).plus(retryHorizon(back));
        assertTrue(timeout.compareTo(horizon) > 0, timeout + " is not longer than " + horizon);
    }

    /** A Job can't be changed once applied, so its name is new with every version. */
    @Test
    void jobAndServiceNameTheHighestVersionOfTheSql() throws IOException {
        for (JsonNode job : LOCAL.ofKind("Job").toList()) {
            Matcher matcher = Pattern.compile("(.+)-migrations-v(\\d+)").matcher(name(job));
            assertTrue(matcher.matches(), name(job) + " does not end in -migrations-v<version>");
            String service = matcher.group(1);
            String version = String.valueOf(highestVersion(service));
            assertEquals(version, matcher.group(2), name(job));
            assertEquals(version, schemaVersion(service).orElse(version), service + "'s shop.schema-version");
        }
    }

    /** The version of the schema that the service waits for. */
    private static Optional<String> schemaVersion(String service) throws IOException {
        Properties properties = new Properties();
        try (InputStream in =
                Files.newInputStream(module(service).resolve("src/main/resources/application.properties"))) {
            properties.load(in);
        }
        return Optional.ofNullable(properties.getProperty("shop.schema-version"));
    }

    private static Path module(String name) {
        Path frontRoom = Manifests.ROOT.resolve(name);
        return Files.exists(frontRoom)
                ? frontRoom
                : Manifests.ROOT.resolve("tools").resolve(name);
    }

    private static int highestVersion(String service) throws IOException {
        try (Stream<Path> files = Files.list(module(service).resolve("migrations"))) {
            return files.map(file -> Pattern.compile("V(\\d+)__.+\\.sql")
                            .matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToInt(version -> Integer.parseInt(version.group(1)))
                    .max()
                    .orElseThrow(() -> new AssertionError(service + "/migrations has no V<version>__*.sql"));
        }
    }

    /**
     * How long a Trigger's delivery may take before it is given up: the wait before the n-th retry is delay * 2^n. (So in the
     * Kafka broker's data plane; eventing's pkg/kncloudevents/retries.go waits half of that.)
     */
    private static Duration retryHorizon(String trigger) {
        JsonNode delivery = LOCAL.ofKind("Trigger")
                .filter(resource -> name(resource).equals(trigger))
                .map(resource -> resource.at("/spec/delivery"))
                .findFirst()
                .orElseThrow();
        int retries = delivery.get("retry").asInt();
        Duration delay = Duration.parse(delivery.get("backoffDelay").asText());
        Duration timeout = Duration.parse(delivery.get("timeout").asText());
        return delay.multipliedBy((2L << retries) - 2).plus(timeout.multipliedBy(retries + 1L));
    }
}
