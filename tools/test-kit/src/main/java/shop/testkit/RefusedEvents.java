/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What admins can do with events that the broker refused for good, in every service that publishes some. */
public abstract class RefusedEvents {
    private final RecordingBroker broker = RecordingBroker.shared();

    /** Does what is published with the returned subject. */
    protected abstract UUID publishSomething();

    @AfterEach
    void brokerTakesEverything() {
        broker.answer(202);
    }

    @Test
    void refusedEventIsListedAndPublishedAgain() {
        broker.answer(400);
        UUID subject = publishSomething();
        long id = refused(subject);
        broker.answer(202);
        admin().post("/refused-events/" + id + "/publish").then().statusCode(202);
        await().until(() -> broker.about(subject).size() == 1);
        problem(admin().delete("/refused-events/" + id), 404, "not-found");
    }

    @Test
    void refusedEventIsDropped() {
        broker.answer(413);
        UUID subject = publishSomething();
        long id = refused(subject);
        admin().delete("/refused-events/" + id).then().statusCode(204);
        broker.answer(202);
        problem(admin().post("/refused-events/" + id + "/publish"), 404, "not-found");
        assertEquals(0, broker.about(subject).size());
    }

    /** It has the same place in the outbox and in the list as before. */
    @Test
    void eventThatIsRefusedAgainIsListedAgain() {
        broker.answer(400);
        UUID subject = publishSomething();
        long id = refused(subject);
        broker.answer(422);
        admin().post("/refused-events/" + id + "/publish").then().statusCode(202);
        await().until(() -> find(subject) != null && find(subject).get("reason").equals("it answered 422"));
        assertEquals(id, refused(subject));
        assertEquals(0, broker.about(subject).size());
    }

    @Test
    void ofThoseWhoDecideAtTheSameTimeOneDoes() {
        broker.answer(400);
        UUID subject = publishSomething();
        String path = "/refused-events/" + refused(subject);
        broker.answer(202);
        List<Integer> statuses =
                together(8, i -> (i % 2 == 0 ? admin().post(path + "/publish") : admin().delete(path)).statusCode());
        assertEquals(7, Collections.frequency(statuses, 404), statuses.toString());
        if (statuses.contains(202)) {
            await().until(() -> broker.about(subject).size() == 1);
        } else {
            assertTrue(statuses.contains(204), statuses.toString());
            assertEquals(0, broker.about(subject).size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /refused-events?limit=0,    limit",
        "GET,    /refused-events?cursor=YQ,  cursor",
        "POST,   /refused-events/x/publish,  id",
        "DELETE, /refused-events/x,          id"
    })
    void parameterThatCannotBeTakenIsNamed(String method, String path, String name) {
        problem(admin().request(method, path), 400, "invalid-request").body("errors[0].name", equalTo(name));
    }

    @ParameterizedTest
    @CsvSource({"GET, /refused-events", "POST, /refused-events/1/publish", "DELETE, /refused-events/1"})
    void onlyAdminsMaySeeAndDecide(String method, String path) {
        problem(given().request(method, path), 401, "unauthenticated");
        String customer = Tokens.customer(UUID.randomUUID());
        problem(given().auth().oauth2(customer).request(method, path), 403, "forbidden");
    }

    /** The id of the refused event about this. */
    private long refused(UUID subject) {
        await().until(() -> find(subject) != null);
        admin().get("/refused-events?limit=1").then().statusCode(200).body("items.size()", not(equalTo(0)));
        return ((Number) find(subject).get("id")).longValue();
    }

    private static Map<String, Object> find(UUID subject) {
        return admin().get("/refused-events?limit=100")
                .then()
                .statusCode(200)
                .extract()
                .path("items.find { it.attributes.subject == '" + subject + "' }");
    }

    private static RequestSpecification admin() {
        return given().auth().oauth2(Tokens.admin()).contentType(ContentType.JSON);
    }
}
