/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
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
        await().until(() -> management("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count{"))
                .anyMatch(line -> labels.stream().allMatch(line::contains)));
    }

    @Test
    void itIsOnNoPortThatARouteLeadsTo() {
        for (String path : new String[] {"/q/health", "/q/health/ready", "/q/metrics"}) {
            given().get(path).then().statusCode(404);
        }
    }

    private Response management(String path) {
        return given().port(outside.managementPort()).get(path);
    }
}
