/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files of k8s/monitoring, and the Prometheus that has them. */
final class Monitoring {
    static final Path FOLDER = Manifests.ROOT.resolve(AlarmTable.FOLDER);

    /** How soon Alertmanager tells again of what it has told, in a system with shorter periods. */
    static final Duration TOLD_AGAIN = Duration.ofSeconds(5);

    /** The shortest periods in which local-knative looks at each process at least once. */
    private static final int SHORTENING = 8;

    private final RequestSpecification prometheus;

    /** The one that runs beside this system. */
    Monitoring(LocalKnative knative) {
        prometheus = RestAssured.given().baseUri(knative.page("/").getString("prometheus"));
    }

    static void assumePrograms() {
        assumeTrue(
                Stream.of("prometheus", "promtool", "amtool")
                        .allMatch(program -> Commands.find(program).isPresent()),
                "no Prometheus and Alertmanager on the PATH (Debian: apt install prometheus prometheus-alertmanager)");
    }

    /** Puts into a directory what is to be there for a system whose alarms have shorter periods, and are told again at once. */
    static void shortened(Path directory) {
        write(
                directory.resolve("rules.yaml"),
                AlarmTable.yaml(AlarmTable.read().shortened(SHORTENING).rules()));
        write(
                directory.resolve("prometheus.yml"),
                replaced("prometheus.yml", "scrape_interval: 15s", "scrape_interval: 2s"));
        write(
                directory.resolve("alertmanager.yml"),
                replaced(
                        "alertmanager.yml",
                        "group_interval: 1m\n      repeat_interval: 5d",
                        "group_interval: 1s\n      repeat_interval: " + TOLD_AGAIN.toSeconds() + "s"));
    }

    private static String replaced(String file, String text, String replacement) {
        try {
            String content = Files.readString(FOLDER.resolve(file));
            assertTrue(content.contains(text), file);
            return content.replace(text, replacement);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The expressions of all panels, as they are in the last minute. */
    static List<String> panels() {
        try {
            JsonNode dashboard = new JsonMapper()
                    .readTree(FOLDER.resolve("dashboards/shop.json").toFile());
            return dashboard.findValuesAsText("expr").stream()
                    .map(expression -> expression.replace("$__rate_interval", "1m"))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The values that an expression has now. */
    List<String> values(String expression) {
        return get("/api/v1/query", Map.of("query", expression)).getList("data.result.collect { it.value[1] }");
    }

    /** Whether an expression has had a value in the last ten minutes that is a number. */
    boolean hadANumber(String expression) {
        return values("max_over_time((%s)[10m:2s])".formatted(expression)).stream()
                .anyMatch(value -> !value.equals("NaN"));
    }

    /** @param labels that tell the alarm */
    boolean isFiring(String labels) {
        return !values("ALERTS{alertstate=\"firing\", %s}".formatted(labels)).isEmpty();
    }

    /** Those of all series. */
    List<String> names() {
        return get("/api/v1/label/__name__/values", Map.of()).getList("data");
    }

    /** The expressions of all rules. */
    List<String> rules() {
        return get("/api/v1/rules", Map.of()).getList("data.groups.collectMany { it.rules.collect { it.query } }");
    }

    /** A selector of what each rule records. */
    static Stream<String> recorded() {
        return AlarmTable.read().shortened(SHORTENING).rules().groups().stream()
                .flatMap(group -> group.rules().stream())
                .filter(rule -> rule.record() != null)
                .map(rule -> rule.labels().entrySet().stream()
                        .map(label -> "%s=\"%s\"".formatted(label.getKey(), label.getValue()))
                        .collect(joining(", ", rule.record() + "{", "}")));
    }

    private JsonPath get(String path, Map<String, ?> parameters) {
        return RestAssured.given(prometheus)
                .queryParams(parameters)
                .get(path)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
