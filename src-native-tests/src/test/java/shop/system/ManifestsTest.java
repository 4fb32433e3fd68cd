package shop.system;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.system.Manifests.elements;
import static shop.system.Manifests.name;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;

/** What the manifests say about each other. That each of them is valid by itself, local-knative's reader sees to. */
class ManifestsTest {
    private static final Manifests LOCAL = Manifests.of("k8s/overlays/local");

    /** The Secrets that an operator creates, with the keys that they have. */
    private static final Map<String, Set<String>> SECRETS = Map.of(
            "postgresql", Set.of("type", "host", "port", "database", "username", "password"),
            "jwt", Set.of("people-issuer", "people-jwks", "cluster-issuer", "cluster-jwks"),
            "smtp", Set.of("host", "port", "username", "password", "from", "starttls"));

    @Test
    void everyResourceNamesItsNamespace() {
        LOCAL.resources().stream()
                .filter(resource -> !resource.get("kind").asText().equals("Namespace"))
                .forEach(resource ->
                        assertEquals("shop", resource.at("/metadata/namespace").asText(), name(resource)));
    }

    @Test
    void everySinkSubscriberAndBrokerExists() {
        assertAllExist(
                "ref", ref -> ref.get("kind").asText(), ref -> ref.get("name").asText());
        assertAllExist("broker", broker -> "Broker", JsonNode::asText);
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
    }

    @Test
    void everyServiceAccountExists() {
        assertAllExist("serviceAccountName", account -> "ServiceAccount", JsonNode::asText);
        environment("SHOP_SERVICE_ACCOUNTS")
                .flatMap(subjects -> Arrays.stream(subjects.split(",")))
                .forEach(subject ->
                        assertExists("ServiceAccount", subject.replaceFirst("^system:serviceaccount:shop:", "")));
    }

    @Test
    void everyConfigMapHasTheKeysThatAreReadFromIt() {
        assertAllExist(
                "configMap", volume -> "ConfigMap", volume -> volume.get("name").asText());
        LOCAL.valuesOf("configMapKeyRef").forEach(ref -> {
            String name = ref.get("name").asText();
            assertTrue(
                    LOCAL.ofKind("ConfigMap")
                            .anyMatch(map -> name(map).equals(name)
                                    && map.get("data").has(ref.get("key").asText())),
                    ref + " is in no ConfigMap");
        });
    }

    @Test
    void everySecretIsOneThatAnOperatorCreates() {
        LOCAL.valuesOf("secretKeyRef").forEach(ref -> {
            String kind = ref.get("name").asText().replaceFirst("^.+-(?=postgresql$)", "");
            assertTrue(
                    SECRETS.getOrDefault(kind, Set.of()).contains(ref.get("key").asText()),
                    ref + " is in no Secret that an operator creates");
        });
    }

    @Test
    void everyAddressIsAKnativeServices() {
        Stream.concat(LOCAL.valuesOf("value"), LOCAL.ofKind("ConfigMap").flatMap(map -> elements(map.get("data"))))
                .map(JsonNode::asText)
                .filter(value -> value.startsWith("http"))
                .map(value -> URI.create(value).getHost())
                .forEach(host -> assertExists("Service", host.replaceFirst("\\.shop\\.svc\\.cluster\\.local$", "")));
    }

    @Test
    void onlyTheRestServicesArePublic() {
        assertEquals(
                Set.of("user-service", "order-service"),
                LOCAL.ofKind("Service")
                        .filter(service -> !service.at("/metadata/labels/networking.knative.dev~1visibility")
                                .asText()
                                .equals("cluster-local"))
                        .map(Manifests::name)
                        .collect(toSet()));
    }

    @Test
    void everyTypeThatATriggerWantsIsInTheCatalogue() {
        Set<String> catalogue = catalogue();
        LOCAL.ofKind("Trigger").forEach(trigger -> {
            String prefix = trigger.at("/spec/filters/0/prefix/type").asText("none");
            trigger.findValuesAsText("type")
                    .forEach(type -> assertTrue(
                            catalogue.contains(type)
                                    || type.equals(prefix) && catalogue.stream().anyMatch(t -> t.startsWith(type)),
                            name(trigger) + " waits for " + type + ", which is not in EventTypes"));
        });
    }

    @Test
    void everyPingSourceHasItsTrigger() {
        assertEquals(
                LOCAL.ofKind("PingSource")
                        .map(source -> "/apis/v1/namespaces/shop/pingsources/" + name(source))
                        .collect(toSet()),
                LOCAL.ofKind("Trigger")
                        .flatMap(trigger -> trigger.findValuesAsText("source").stream())
                        .collect(toSet()));
    }

    @Test
    void everyDeliveryHasADeadLetterSink() {
        Stream.concat(LOCAL.ofKind("Broker"), LOCAL.ofKind("Trigger"))
                .forEach(resource -> assertEquals(
                        "dead-letters",
                        resource.at("/spec/delivery/deadLetterSink/ref/name").asText(),
                        name(resource)));
    }

    @Test
    void thePaymentTimeoutOutlastsEveryRetryOnThePaymentsWay() {
        Duration timeout = LOCAL.ofKind("ConfigMap")
                .filter(map -> name(map).equals("order-settings"))
                .map(map -> Duration.parse(map.at("/data/payment-timeout").asText()))
                .findFirst()
                .orElseThrow();
        Duration horizon = retryHorizon("authorize-payment").plus(retryHorizon("order-payments"));
        assertTrue(timeout.compareTo(horizon) > 0, timeout + " is not longer than " + horizon);
    }

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

    /** What the service waits for before it is ready. */
    private static Optional<String> schemaVersion(String service) throws IOException {
        Properties properties = new Properties();
        try (InputStream in =
                Files.newInputStream(Manifests.ROOT.resolve(service + "/src/main/resources/application.properties"))) {
            properties.load(in);
        }
        return Optional.ofNullable(properties.getProperty("shop.schema-version"));
    }

    private static int highestVersion(String service) throws IOException {
        try (Stream<Path> files = Files.list(Manifests.ROOT.resolve(service).resolve("migrations"))) {
            return files.map(file -> Pattern.compile("V(\\d+)__.+\\.sql")
                            .matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToInt(version -> Integer.parseInt(version.group(1)))
                    .max()
                    .orElseThrow(() -> new AssertionError(service + "/migrations has no V<version>__*.sql"));
        }
    }

    /** How long a Trigger's delivery may take before it is given up: the wait before the n-th retry is delay * 2^n. */
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

    private static Set<String> catalogue() {
        return Arrays.stream(EventTypes.class.getFields())
                .map(field -> {
                    try {
                        return (String) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .collect(toSet());
    }

    private static Stream<String> environment(String name) {
        return LOCAL.valuesOf("env")
                .flatMap(Manifests::elements)
                .filter(variable -> variable.get("name").asText().equals(name))
                .map(variable -> variable.get("value").asText());
    }

    private static void assertAllExist(String field, Function<JsonNode, String> kind, Function<JsonNode, String> name) {
        LOCAL.valuesOf(field).forEach(value -> assertExists(kind.apply(value), name.apply(value)));
    }

    private static void assertExists(String kind, String name) {
        assertTrue(LOCAL.has(kind, name), kind + " " + name + " is referred to, but not in k8s/overlays/local");
    }
}
