package shop.kit.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.kit.KitResource;

@QuarkusTest
@QuarkusTestResource(KitResource.class)
class IdempotencyKeysTest {
    private final String key = UUID.randomUUID().toString();

    @Test
    void sameKeyAndBodyGiveTheFirstAnswerAgain() {
        Response first = post("once");
        Response second = post("once");
        assertEquals(201, first.statusCode());
        assertEquals(first.header("Location"), second.header("Location"));
        assertEquals(first.asString(), second.asString());
        assertEquals(201, second.statusCode());
    }

    @Test
    void sameKeyAtTheSameInstantGivesOneEffect() {
        List<String> locations = together(8, i -> post("together").header("Location"));
        assertEquals(1, locations.stream().distinct().count());
    }

    @Test
    void sameKeyWithAnotherBodyIsRefused() {
        post("one");
        problem(post("another"), 422, "idempotency-key-reused");
    }

    @Test
    void failureLeavesTheKeyUnusedAndTellsNothing() {
        problem(post("fails"), 500, "internal-error").body("detail", not(containsString("secret")));
        assertEquals(201, post("works").statusCode());
    }

    @Test
    void missingKeyIsNamed() {
        problem(given().contentType(ContentType.JSON).body(body("a")).post("/effects"), 400, "invalid-request")
                .body("errors[0].in", equalTo("header"))
                .body("errors[0].name", equalTo("Idempotency-Key"));
    }

    private Response post(String text) {
        return given().header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(body(text))
                .post("/effects");
    }

    private static String body(String text) {
        return """
                {"text": "%s", "times": 1}""".formatted(text);
    }
}
