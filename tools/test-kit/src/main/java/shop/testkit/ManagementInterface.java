/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Health and metrics of every service, on a port of their own for probes and Prometheus. */
public abstract class ManagementInterface {
    PostgresResource outside;

    @Test
    void readyWhenTheSchemaIsThere() {
        management("/q/health/ready")
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("status", equalTo("UP"))
                .body("checks.find { it.name == 'schema' }.status", equalTo("UP"))
                .body("checks.find { it.name == 'schema' }.data.needed", equalTo(outside.schemaVersion()));
    }

    @Test
    void alive() {
        management("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void requestsAreCountedByMethodPathAndStatus() {
        int status = given().post("/events").statusCode();
        List<String> labels = List.of("method=\"POST\"", "uri=\"/events\"", "status=\"%d\"".formatted(status));
        await().until(() -> metrics()
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count{"))
                .anyMatch(line -> labels.stream().allMatch(line::contains)));
    }

    /** Else whoever sends enough of them ends the counting of all others (quarkus.micrometer.binder.http-server.max-uri-tags). */
    @Test
    void pathOfARefusedRequestIsNoLabel() {
        String path = "/" + UUID.randomUUID();
        given().header("anything", "x".repeat(70_000)).get(path).then().statusCode(431);
        String metrics = await().until(this::metrics, containsString("status=\"431\""));
        assertThat(metrics, not(containsString(path)));
    }

    @Test
    void labelsAreBounded() {
        given().get("/" + UUID.randomUUID() + "/nowhere");
        MetricLabels.assertBounded(metrics());
    }

    /** The unit is a part of the name (Prometheus, "Metric and label naming"). */
    @Test
    void memoryAndConnectionsAreShown() {
        String metrics = metrics();
        for (String name : List.of("process_resident_memory_bytes ", "sql_pool_active{", "sql_pool_queue_size{")) {
            assertThat(metrics, containsString("\n" + name));
        }
    }

    /** Of which p99 is made. The thresholds of alarms are among its bounds. */
    @Test
    void durationsOfRequestsAreAHistogram() {
        given().post("/events");
        await().until(this::metrics, containsString("http_server_requests_seconds_bucket{"));
        assertThat(metrics(), containsString("le=\"1.0\""));
    }

    @Test
    void itIsOnNoPortThatARouteLeadsTo() {
        for (String path : new String[] {"/q/health", "/q/health/ready", "/q/metrics"}) {
            given().get(path).then().statusCode(404);
        }
    }

    private String metrics() {
        return management("/q/metrics").then().statusCode(200).extract().asString();
    }

    private Response management(String path) {
        return given().port(outside.managementPort()).get(path);
    }
}
