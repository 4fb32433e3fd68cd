/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import shop.kit.KitResource;
import shop.testkit.PostgresResource;

@QuarkusTest
@QuarkusTestResource(KitResource.class)
class SchemaCheckTest {
    PostgresResource outside;

    @Test
    void readyWhenTheSchemaIsThere() {
        given().port(outside.managementPort())
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.name", hasItem("schema"));
    }

    @Test
    void readinessIsOnNoPortThatARouteLeadsTo() {
        given().get("/q/health/ready").then().statusCode(404);
    }
}
