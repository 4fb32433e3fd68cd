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
            /products             | get  | 200 304 400 405 406 412 500 503 504
            /products/{sku}       | get  | 200 304 400 404 405 406 412 500 503 504
            /products/{sku}       | put  | 200 201 400 401 403 405 406 412 413 415 500 503 504
            /products/{sku}/stock | post | 200 400 401 403 404 405 406 409 412 413 415 422 500 503 504
            /orders               | get  | 200 304 400 401 403 405 406 412 500 503 504
            /orders               | post | 201 400 401 403 405 406 409 413 415 422 500 503 504
            /orders/{id}          | get  | 200 304 400 401 403 404 405 406 412 500 503 504
            /orders/{id}/payment  | get  | 200 304 400 401 403 405 406 410 412 500 503 504
            /orders/{id}/history  | get  | 200 304 400 401 403 404 405 406 412 500 503 504
            /orders/{id}/cancel   | post | 200 400 401 403 404 405 406 409 412 413 500 503 504
            /orders/{id}/ship     | post | 200 400 401 403 404 405 406 409 412 413 500 503 504
            /orders/{id}/deliver  | post | 200 400 401 403 404 405 406 409 412 413 500 503 504
            """)
    void everyAnswerIsDescribed(String path, String method, String statuses) {
        JsonPath document = description();
        Map<String, Map<String, ?>> responses = document.getMap("paths.'" + path + "'." + method + ".responses");
        assertEquals(Set.of(statuses.split(" ")), responses.keySet());
        responses.forEach((status, described) -> {
            Map<String, ?> response = described.containsKey("$ref")
                    ? document.getMap("components.responses."
                            + described.get("$ref").toString().replaceFirst(".*/", ""))
                    : described;
            if (status.equals("304") || status.equals("504")) {
                return; // has no body; is Knative's own
            }
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
    void aLinkLeadsToTheEvents() {
        String link = "/asyncapi.json";
        assertTrue(description().getString("info.description").contains("(" + link + ")"));
        given().get(link).then().statusCode(200).body("asyncapi", equalTo("3.0.0"));
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
