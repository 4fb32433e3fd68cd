package shop.users;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import shop.testkit.PostgresResource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class UserTest {
    @Test
    void anyoneCanRegister() {
        given().contentType(ContentType.JSON)
                .body("{\"email\":\"ada@example.org\",\"name\":\"Ada\"}")
                .post("/users")
                .then()
                .log()
                .all()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""));
    }
}
