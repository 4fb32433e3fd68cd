/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import shop.events.EventTypes;
import shop.system.Shop.Customer;
import shop.system.Shop.Product;

/**
 * From a fault to the operators' mailbox, with Prometheus and Alertmanager as {@code ./run --monitoring} starts them: the same
 * rules with shorter periods. Nothing sends heartbeats but the tests.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AlarmIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String SCHEDULE = "/apis/v1/namespaces/shop/pingsources/heartbeat";
    private static final String HEARTBEAT_MISSING = "alarm=\"HeartbeatMissing\"";

    private static final Pattern METRIC = Pattern.compile("\\b[a-z]+[_:][a-z0-9_:]+\\b(?! ?\\()");

    @TempDir
    static Path directory;

    private static Shop shop;
    private static Monitoring monitoring;

    @BeforeAll
    static void start() {
        Monitoring.assumePrograms();
        Monitoring.shortened(directory);
        shop = new Shop(new LocalKnative("alarms", "--skip=PingSource/heartbeat", "--monitoring=" + directory));
        monitoring = new Monitoring(shop.knative());
    }

    @AfterAll
    static void stop() {
        if (shop != null) {
            shop.close();
        }
    }

    /** However often Alertmanager tells of it. */
    @Test
    void theOperatorsAreMailedOnceWhenTheProviderFailsAndOnceWhenItIsMended() {
        Customer customer = shop.registerCustomer();
        Product product = shop.stockProduct(1000);
        shop.awaitStatus("CONFIRMED", shop.placeOrder(customer, product, "tok_ok"));
        String alarm = "alarm=\"FunctionFailed\", function=\"authorizePayment\"";
        shop.knative().query("payment-sandbox", "alter table charge rename to mislaid");
        awaitWhile(
                () -> shop.placeOrder(customer, product, "tok_ok"),
                () -> monitoring.isFiring(alarm) && !mails("ALARM").isEmpty());
        Instant told = Instant.now();
        awaitWhile(
                () -> shop.placeOrder(customer, product, "tok_ok"),
                () -> Duration.between(told, Instant.now()).compareTo(Monitoring.TOLD_AGAIN.multipliedBy(2)) > 0);
        assertTrue(monitoring.isFiring(alarm));
        shop.knative().query("payment-sandbox", "alter table mislaid rename to charge");
        await("resolved").atMost(PATIENCE).until(() -> !mails("OK").isEmpty() && !monitoring.isFiring(alarm));
        assertEquals(1, mails("ALARM").size());
        assertEquals(1, mails("OK").size());
    }

    /** The Message-IDs of those about the function that the provider makes fail. */
    private static List<String> mails(String state) {
        return shop.knative()
                .page("/mailbox")
                .getList("findAll { it.subject == '%s: FunctionFailed (function=authorizePayment)' }.messageId"
                        .formatted(state));
    }

    @Test
    void heartbeatsThatAreMissingAreAnAlarmUntilTheyCome() {
        await("firing").atMost(PATIENCE).until(() -> monitoring.isFiring(HEARTBEAT_MISSING));
        awaitWhile(AlarmIT::sendHeartbeat, () -> !monitoring.isFiring(HEARTBEAT_MISSING));
    }

    /** With all that they can tell of, faults included: a panel whose metric has another name shows nothing, too, or a zero. */
    @Test
    @Order(Integer.MAX_VALUE) // what the others did is data, too
    void everyExpressionOfEveryRuleAndPanelHasData() throws IOException {
        List<String> documented = documentedMetrics();
        assertFalse(documented.isEmpty());
        List<String> recorded = Monitoring.recorded().toList();
        List<String> panels = Monitoring.panels();
        Customer customer = shop.registerCustomer();
        Product product = shop.stockProduct(1000);
        send(EventTypes.ORDER_SHIPPED, "/by-hand", UUID.randomUUID(), Map.of("orderId", "unreadable"));
        UUID twice = UUID.randomUUID();
        Map<String, ?> deleted =
                Map.of("userId", twice, "deletedAt", Instant.now().toString());
        send(EventTypes.USER_DELETED, EventTypes.USER_SERVICE, twice, deleted);
        send(EventTypes.USER_DELETED, EventTypes.USER_SERVICE, twice, deleted);
        await("data").atMost(PATIENCE).pollInterval(Duration.ofSeconds(3)).untilAsserted(() -> {
            shop.placeOrder(customer, product, "tok_ok");
            sendHeartbeat();
            List<String> names = monitoring.names();
            assertEquals(
                    List.of(),
                    Stream.of(documented, metrics(panels), metrics(monitoring.rules()))
                            .flatMap(List::stream)
                            .filter(metric -> names.stream().noneMatch(name -> name.startsWith(metric)))
                            .toList());
            assertEquals(
                    List.of(),
                    Stream.of(panels, recorded)
                            .flatMap(List::stream)
                            .filter(expression -> !monitoring.hadANumber(expression))
                            .toList());
        });
    }

    /** The names in expressions that are neither functions nor labels. */
    private static List<String> metrics(List<String> expressions) {
        return expressions.stream()
                .map(text -> text.replaceAll("\\{[^}]*}|\\b(by|ignoring) ?\\([^)]*\\)", ""))
                .flatMap(text -> METRIC.matcher(text).results())
                .map(MatchResult::group)
                .distinct()
                .toList();
    }

    /** The names, or their beginnings, that the README's table has. */
    private static List<String> documentedMetrics() throws IOException {
        return Files.readAllLines(Monitoring.FOLDER.resolve("README.md")).stream()
                .dropWhile(line -> !line.equals("## The metrics of the shop's own"))
                .filter(line -> line.startsWith("| `"))
                .flatMap(line -> Pattern.compile("`([a-z_]+)…?`")
                        .matcher(line.split("\\|")[1])
                        .results())
                .map(name -> name.group(1))
                .toList();
    }

    @Test
    void nobodyElseRaisesAnAlarm() {
        shop.anyoneTo("dead-letters")
                .header("Authorization", "Bearer another")
                .body("{\"version\": \"4\", \"alerts\": []}")
                .post("/alerts")
                .then()
                .statusCode(401);
    }

    private static void awaitWhile(Runnable action, BooleanSupplier condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
            action.run();
            return condition.getAsBoolean();
        });
    }

    private static void sendHeartbeat() {
        send(EventTypes.PING, SCHEDULE, UUID.randomUUID(), Map.of("message", "Hello, world!"));
    }

    private static void send(String type, String source, UUID id, Map<String, ?> data) {
        shop.knative()
                .request("broker-ingress.knative-eventing.svc.cluster.local")
                .header("ce-specversion", "1.0")
                .header("ce-type", type)
                .header("ce-source", source)
                .header("ce-id", id)
                .contentType("application/json")
                .body(data)
                .post("/shop/default")
                .then()
                .statusCode(202);
    }
}
