/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.kit.KitResource;
import shop.kit.sql.Database;
import shop.testkit.MovableClock;

@QuarkusTest
@QuarkusTestResource(KitResource.class)
class IdempotencyKeysTest {
    private static final Duration DAY = Duration.ofHours(24);

    private final String key = UUID.randomUUID().toString();

    @Inject
    MovableClock clock;

    @Inject
    Database database;

    @Inject
    IdempotencyKeys keys;

    @AfterEach
    void machinesTime() {
        clock.reset();
    }

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

    /** A string of RFC 9651, 3.3.3. */
    @ParameterizedTest
    @ValueSource(strings = {"a\u00e9", "a\tb", " "})
    void keyBeyondAsciiIsNamed(String key) {
        problem(
                        given().header("Idempotency-Key", key)
                                .contentType(ContentType.JSON)
                                .body(body("a"))
                                .post("/effects"),
                        400,
                        "invalid-request")
                .body("errors[0].name", equalTo("Idempotency-Key"));
    }

    @Test
    void missingKeyIsNamed() {
        problem(given().contentType(ContentType.JSON).body(body("a")).post("/effects"), 400, "invalid-request")
                .body("errors[0].in", equalTo("header"))
                .body("errors[0].name", equalTo("Idempotency-Key"));
    }

    @Test
    void keyIsNewAgainAfterADay() {
        String first = post("one").header("Location");
        clock.moveBy(DAY.minusMinutes(5));
        assertEquals(first, post("one").header("Location"));
        clock.moveBy(Duration.ofMinutes(5));
        assertNotEquals(first, post("another").header("Location"));
    }

    @Test
    void sweepRemovesKeysOfMoreThanADay() {
        post("one");
        clock.moveBy(DAY.minusMinutes(5));
        keys.sweep();
        assertEquals(1, recorded());
        clock.moveBy(Duration.ofMinutes(5));
        keys.sweep();
        assertEquals(0, recorded());
    }

    private int recorded() {
        return database.withConnection(
                sql -> sql.list("select key from idempotency_keys where key = $1", Tuple.of(key), row -> key)
                        .size());
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
