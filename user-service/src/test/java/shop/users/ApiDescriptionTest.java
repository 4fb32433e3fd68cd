/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import shop.testkit.PostgresResource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class ApiDescriptionTest {
    @Test
    void openApiDocumentsEveryOperationAndItsErrors() {
        JsonPath document = given().accept(ContentType.JSON)
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertDocumented(document, "/users", "post", "201", "400", "401", "409", "410", "413", "415", "422", "500");
        assertDocumented(document, "/users", "get", "200", "400", "401", "403");
        assertDocumented(document, "/users/{id}", "get", "200", "400", "401", "403", "404", "410");
        assertDocumented(
                document, "/users/{id}", "patch", "200", "400", "401", "403", "404", "409", "410", "412", "428");
        assertDocumented(document, "/users/{id}", "delete", "204", "400", "401", "403", "404", "410");
        assertFalse(document.getMap("paths").containsKey("/events"), "not public");
        for (String answer : List.of("'/users'.post.responses.'201'", "'/users/{id}'.patch.responses.'200'")) {
            assertEquals(
                    "#/components/schemas/User",
                    document.getString("paths." + answer + ".content.'application/json'.schema.'$ref'"));
        }
        assertTrue(document.getBoolean("paths.'/users/{id}'.patch.parameters.find { it.name == 'If-Match' }.required"));
        given().get("/q/swagger-ui/").then().statusCode(200);
    }

    private static void assertDocumented(JsonPath document, String path, String method, String... statuses) {
        var responses = document.getMap("paths.'" + path + "'." + method + ".responses");
        Stream.of(statuses).forEach(status -> assertTrue(responses.containsKey(status), method + path + status));
    }
}
