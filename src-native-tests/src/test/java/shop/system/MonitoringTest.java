/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of k8s/monitoring, in the eyes of Prometheus and Alertmanager. */
class MonitoringTest {
    private static final Path FOLDER = Manifests.ROOT.resolve(AlarmTable.FOLDER);

    @TempDir
    Path directory;

    @Test
    void prometheusAndAlertmanagerReadTheirFiles() throws IOException {
        assumeTrue(
                Stream.of("promtool", "amtool")
                        .allMatch(program -> Commands.find(program).isPresent()),
                "no promtool and amtool on the PATH (Debian: apt install prometheus prometheus-alertmanager)");
        assertTrue(Commands.succeeds(FOLDER, "promtool", "check", "config", "prometheus.yml"));
        assertTrue(Commands.succeeds(FOLDER, "amtool", "check-config", "alertmanager.yml"));
    }

    @Test
    void theOperatorsAlertmanagerDoesTheSame() throws IOException {
        JsonNode plain = Manifests.yaml(Files.readString(FOLDER.resolve("alertmanager.yml")));
        JsonNode operators = Manifests.yaml(Files.readString(FOLDER.resolve("alertmanager-config.yaml")));
        JsonNode route = plain.at("/route/routes/0");
        Map.of(
                        "/group_by", "/groupBy",
                        "/group_wait", "/groupWait",
                        "/group_interval", "/groupInterval",
                        "/repeat_interval", "/repeatInterval")
                .forEach((here, there) -> assertEquals(route.at(here), operators.at("/spec/route" + there), there));
        assertEquals(
                plain.at("/receivers/1/webhook_configs/0/url"), operators.at("/spec/receivers/0/webhookConfigs/0/url"));
    }

    /** As Prometheus reads them, whatever Grafana makes of $__rate_interval. */
    @Test
    void everyPanelsExpressionIsOne() throws IOException {
        assumeTrue(Commands.find("promtool").isPresent(), "no promtool on the PATH (Debian: apt install prometheus)");
        List<AlarmTable.Rule> rules = expressions()
                .map(expression ->
                        new AlarmTable.Rule("panel", null, expression, Map.of("expression", expression), null))
                .toList();
        assertFalse(rules.isEmpty());
        Files.writeString(
                directory.resolve("panels.yaml"),
                AlarmTable.yaml(new AlarmTable.Rules(List.of(new AlarmTable.Group("panels", "1m", rules)))));
        assertTrue(Commands.succeeds(directory, "promtool", "check", "rules", "panels.yaml"));
    }

    private static Stream<String> expressions() throws IOException {
        JsonNode dashboard =
                new JsonMapper().readTree(FOLDER.resolve("dashboards/shop.json").toFile());
        return dashboard.findValuesAsText("expr").stream()
                .map(expression -> expression.replace("$__rate_interval", "1m"))
                .distinct();
    }

    /** Nine tenths of it. */
    @Test
    void memoryAlarmsBelowTheLimitThatAllHave() {
        BigDecimal threshold = AlarmTable.read().alarms().stream()
                .filter(alarm -> alarm.name().equals("MemoryNearLimit"))
                .findFirst()
                .orElseThrow()
                .threshold();
        Manifests.of("k8s/base")
                .knativeServices()
                .forEach(service -> assertEquals(
                        "256Mi",
                        service.at("/spec/template/spec/containers/0/resources/limits/memory")
                                .asText()));
        assertEquals(256L * 1024 * 1024 * 9 / 10, threshold.longValueExact());
    }

    /** A function of which one invocation fails, at a front door that has its metrics and takes what Alertmanager posts. */
    @Test
    void anAlarmIsToldWhenItBeginsAndWhenItEnds() throws IOException {
        AtomicInteger failures = new AtomicInteger();
        List<String> notifications = new CopyOnWriteArrayList<>();
        HttpServer frontDoor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        frontDoor.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        frontDoor.createContext(
                "/metrics",
                exchange -> answer(exchange, 200, """
                        # TYPE function_invocations_seconds_count counter
                        function_invocations_seconds_count{function="authorizePayment",outcome="unavailable"} %d
                        # TYPE heartbeats_total counter
                        heartbeats_total %d
                        """.formatted(failures.get(), System.currentTimeMillis() / 100)));
        frontDoor.createContext("/alerts", exchange -> {
            notifications.add(exchange.getRequestHeaders().getFirst("Host") + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes()));
            answer(exchange, 204, "");
        });
        frontDoor.start();
        try (Monitoring monitoring =
                new Monitoring(directory, "localhost:" + frontDoor.getAddress().getPort(), 30, "a-secret")) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> size(monitoring, "function_invocations_seconds_count") == 1);
            failures.incrementAndGet();
            await("firing").atMost(Duration.ofSeconds(60)).until(() -> told(notifications, "firing") == 1);
            await("resolved").atMost(Duration.ofMinutes(3)).until(() -> told(notifications, "resolved") == 1);
            assertEquals(1, told(notifications, "firing"));
            assertTrue(notifications.getFirst().startsWith("raise-alarm.shop.svc.cluster.local Bearer a-secret "));
        } finally {
            frontDoor.stop(0);
        }
    }

    private static int size(Monitoring monitoring, String expression) {
        return monitoring.query(expression).getList("data.result").size();
    }

    private static long told(List<String> notifications, String status) {
        return notifications.stream()
                .map(notification -> JsonPath.from(notification.substring(notification.indexOf('{'))))
                .flatMap(json -> json.<Map<String, Object>>getList("alerts").stream())
                .filter(alert -> alert.get("status").equals(status))
                .filter(alert ->
                        ((Map<?, ?>) alert.get("labels")).get("alertname").equals("FunctionFailed"))
                .count();
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.isEmpty() ? -1 : body.getBytes().length);
            exchange.getResponseBody().write(body.getBytes());
        }
    }
}
