/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import shop.testkit.Ports;

/** A Prometheus and an Alertmanager of this machine, with the files of k8s/monitoring but for addresses and periods. */
final class Monitoring implements AutoCloseable {
    /** Debian's name, and that of everybody else. */
    private static final List<String> ALERTMANAGER = List.of("prometheus-alertmanager", "alertmanager");

    private final List<Process> processes = new ArrayList<>();
    private final Path directory;
    private final int prometheus = Ports.free();
    private final int alertmanager = Ports.free();

    /**
     * @param frontDoor the address of metrics, and the proxy by which the names of the cluster are reached
     * @param shortening divides the periods of all alarms
     * @param alertsToken shown to who is notified
     */
    Monitoring(Path directory, String frontDoor, int shortening, String alertsToken) {
        this.directory = directory;
        String alertmanagerProgram = ALERTMANAGER.stream()
                .filter(program -> Commands.find(program).isPresent())
                .findFirst()
                .orElse(null);
        assumeTrue(
                Commands.find("prometheus").isPresent() && alertmanagerProgram != null,
                "no Prometheus and Alertmanager on the PATH (Debian: apt install prometheus prometheus-alertmanager)");
        write(
                "rules.yaml",
                AlarmTable.yaml(AlarmTable.read().shortened(shortening).rules()));
        write("alerts-token", alertsToken);
        write(
                "prometheus.yml",
                read("prometheus.yml")
                        .replace("localhost:9093", "localhost:" + alertmanager)
                        .replace("localhost:8080", frontDoor)
                        .replace("scrape_interval: 15s", "scrape_interval: %dms".formatted(15_000 / shortening)));
        write(
                "alertmanager.yml",
                read("alertmanager.yml")
                        .replace("localhost:8080", frontDoor)
                        .replace("group_interval: 1m", "group_interval: %dms".formatted(60_000 / shortening)));
        start(
                "prometheus",
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=prometheus",
                "--web.listen-address=127.0.0.1:" + prometheus);
        start(
                alertmanagerProgram,
                "--config.file=alertmanager.yml",
                "--storage.path=alertmanager",
                "--cluster.listen-address=",
                "--web.listen-address=127.0.0.1:" + alertmanager);
        for (int port : List.of(prometheus, alertmanager)) {
            await("port " + port)
                    .atMost(Duration.ofMinutes(1))
                    .ignoreExceptions()
                    .until(() -> RestAssured.given().port(port).get("/-/ready").statusCode() == 200);
        }
    }

    /** The result of a PromQL query. */
    JsonPath query(String expression) {
        return RestAssured.given()
                .port(prometheus)
                .queryParam("query", expression)
                .get("/api/v1/query")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** Tells Alertmanager of an alert, as Prometheus does (its API v2): on until {@code end}, or null if that is not known. */
    void alert(Map<String, String> labels, Instant end) {
        Map<String, Object> alert = new HashMap<>(Map.of("labels", labels, "annotations", Map.of("summary", "A test")));
        if (end != null) {
            alert.put("endsAt", end.toString());
        }
        RestAssured.given()
                .port(alertmanager)
                .contentType(ContentType.JSON)
                .body(List.of(alert))
                .post("/api/v2/alerts")
                .then()
                .statusCode(200);
    }

    private void start(String... command) {
        try {
            processes.add(new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve(command[0] + ".log").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String file) {
        try {
            return Files.readString(Manifests.ROOT.resolve(AlarmTable.FOLDER).resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String file, String content) {
        try {
            Files.writeString(directory.resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        Stream.of(processes.toArray(Process[]::new))
                .forEach(process -> process.onExit().join());
    }
}
