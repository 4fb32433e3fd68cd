/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class ApiDescriptionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /products             | get  | 200 400 500
            /products/{sku}       | get  | 200 400 404 500
            /products/{sku}       | put  | 200 201 400 401 403 412 413 415 500
            /products/{sku}/stock | post | 200 400 401 403 404 409 412 413 415 422 500
            /orders               | get  | 200 400 401 403 500
            /orders               | post | 201 400 401 403 409 413 415 422 500
            /orders/{id}          | get  | 200 400 401 403 404 500
            /orders/{id}/payment  | get  | 200 400 401 403 410 500
            /orders/{id}/history  | get  | 200 400 401 403 404 500
            /orders/{id}/cancel   | post | 200 400 401 403 404 409 412 500
            /orders/{id}/ship     | post | 200 400 401 403 404 409 412 500
            /orders/{id}/deliver  | post | 200 400 401 403 404 409 412 500
            """)
    void everyAnswerIsDescribed(String path, String method, String statuses) {
        Map<String, Map<String, ?>> responses = description().getMap("paths.'" + path + "'." + method + ".responses");
        assertEquals(Set.of(statuses.split(" ")), responses.keySet());
        responses.forEach((status, response) -> {
            String mediaType = status.startsWith("2") ? "application/json" : "application/problem+json";
            assertTrue(((Map<?, ?>) response.get("content")).containsKey(mediaType), status + " has no " + mediaType);
        });
    }

    @Test
    void idempotencyKeyIsDescribedAsRequired() {
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .body("paths.'/orders'.post.parameters.find { it.name == 'Idempotency-Key' }.required", equalTo(true))
                .body("components.schemas.OrderStatus.enum", hasItems("PLACED", "DELIVERED"));
    }

    @Test
    void swaggerUiShowsIt() {
        given().get("/q/swagger-ui/").then().statusCode(200).contentType("text/html");
    }

    private static JsonPath description() {
        return given().accept("application/json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
