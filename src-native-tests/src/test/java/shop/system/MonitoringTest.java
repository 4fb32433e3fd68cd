/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static shop.system.Manifests.elements;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of k8s/monitoring, in the eyes of Prometheus and Alertmanager. */
class MonitoringTest {
    @TempDir
    Path directory;

    @Test
    void prometheusAndAlertmanagerReadTheirFiles() throws IOException {
        Monitoring.assumePrograms();
        assertTrue(Commands.succeeds(Monitoring.FOLDER, "promtool", "check", "config", "prometheus.yml"));
        assertTrue(Commands.succeeds(Monitoring.FOLDER, "amtool", "check-config", "alertmanager.yml"));
    }

    /** By its models here; its schemas are in prometheus-operator, example/prometheus-operator-crd. */
    @Test
    void thePrometheusOperatorTakesItsResources() {
        Manifests manifests = Manifests.rendered("k8s/monitoring");
        manifests.resources().forEach(StrictModel::check);
        assertEquals(
                Set.of("ConfigMap", "NetworkPolicy", "PrometheusRule", "PodMonitor", "AlertmanagerConfig"),
                manifests.resources().stream()
                        .map(resource -> resource.get("kind").asText())
                        .collect(toSet()));
    }

    @Test
    void theOperatorsAlertmanagerDoesTheSame() throws IOException {
        JsonNode plain = Manifests.yaml(Files.readString(Monitoring.FOLDER.resolve("alertmanager.yml")));
        JsonNode operators = Manifests.yaml(Files.readString(Monitoring.FOLDER.resolve("alertmanager-config.yaml")));
        JsonNode route = plain.at("/route/routes/0");
        Map.of(
                        "/group_by", "/groupBy",
                        "/group_wait", "/groupWait",
                        "/group_interval", "/groupInterval",
                        "/repeat_interval", "/repeatInterval")
                .forEach((here, there) -> assertEquals(route.at(here), operators.at("/spec/route" + there), there));
        // prometheus-operator, pkg/alertmanager/amcfg.go, namespaceEnforcer.processRoute adds that of the namespace.
        JsonNode matcher = operators.at("/spec/route/matchers/0");
        assertEquals(
                List.of("namespace = \"shop\"", "action = \"mail\""),
                elements(route.get("matchers")).map(JsonNode::asText).toList());
        assertEquals(
                List.of("action", "=", "mail"),
                Stream.of("name", "matchType", "value")
                        .map(field -> matcher.get(field).asText())
                        .toList());
        assertEquals(
                plain.at("/receivers/1/webhook_configs/0/url"), operators.at("/spec/receivers/0/webhookConfigs/0/url"));
    }

    /** As Prometheus reads them, whatever Grafana makes of $__rate_interval. */
    @Test
    void everyPanelsExpressionIsOne() throws IOException {
        assumeTrue(Commands.find("promtool").isPresent(), "no promtool on the PATH (Debian: apt install prometheus)");
        List<AlarmTable.Rule> rules = Monitoring.panels().stream()
                .map(expression ->
                        new AlarmTable.Rule("panel", null, expression, Map.of("expression", expression), null))
                .toList();
        assertFalse(rules.isEmpty());
        Files.writeString(
                directory.resolve("panels.yaml"),
                AlarmTable.yaml(new AlarmTable.Rules(List.of(new AlarmTable.Group("panels", "1m", rules)))));
        assertTrue(Commands.succeeds(directory, "promtool", "check", "rules", "panels.yaml"));
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
}
