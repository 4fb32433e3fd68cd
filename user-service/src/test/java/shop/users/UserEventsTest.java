/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.CloudEvents.binary;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.patch;
import static shop.users.UserRequests.registered;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.testkit.PostgresResource;
import shop.testkit.RecordingBroker;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class UserEventsTest {
    private final RecordingBroker broker = RecordingBroker.shared();

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
    }

    @Test
    void everyChangeIsPublishedInOrderWithoutPersonalData() {
        UUID id = registered();
        patch(as(id), id, 1, "{\"name\":\"Augusta\"}").then().statusCode(200);
        patch(as(id), id, 2, "{\"name\":\"Augusta Ada\"}").then().statusCode(200);
        patch(as(id), id, 3, "{\"name\":\"Augusta Ada\"}").then().statusCode(200);
        as(id).delete("/users/" + id).then().statusCode(204);
        await().until(() -> broker.about(id).size() >= 4);
        var events = broker.about(id);
        assertEquals(
                List.of(
                        "shop.user.registered.v1",
                        "shop.user.changed.v1",
                        "shop.user.changed.v1",
                        "shop.user.deleted.v1"),
                events.stream().map(RecordingBroker.Received::type).toList());
        assertEquals(
                List.of(1, 2, 3),
                events.stream()
                        .limit(3)
                        .map(event -> JsonPath.from(event.body()).getInt("version"))
                        .toList());
        assertTrue(events.stream().noneMatch(event -> event.body().contains("August")));
    }

    @Test
    void brokerThatIsDownFailsNobodyAndTheSweepPublishesLater() {
        broker.answer(503);
        UUID id = registered();
        assertEquals(List.of(), broker.about(id));
        broker.answer(202);
        event("dev.knative.sources.ping").then().statusCode(204);
        await().until(() -> broker.about(id).size() == 1);
    }

    @Test
    void eventThatNobodyHandlesGoesToTheDeadLetters() {
        problem(event("shop.order.placed.v1"), 400, "unexpected-event");
    }

    @Test
    void eventThatIsTooLongIsRefused() {
        problem(given().body("a".repeat(1 << 20 | 1)).post("/events"), 413, "request-entity-too-large");
    }

    private static Response event(String type) {
        return binary(type, "/test", UUID.randomUUID().toString()).post("/events");
    }
}
