/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.CloudEvents.binary;
import static shop.testkit.CloudEvents.structured;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.kit.KitResource;
import shop.kit.sql.Database;
import shop.testkit.MovableClock;

/** Events that arrive, and the inbox that they are recorded in. */
@QuarkusTest
@QuarkusTestResource(KitResource.class)
class EventEndpointTest {
    private final String id = UUID.randomUUID().toString();
    private final UUID user = UUID.randomUUID();
    private final String data = """
            {"userId": "%s", "deletedAt": "2026-01-01T00:00:00Z", "later": "ignored"}""".formatted(user);

    @Inject
    MovableClock clock;

    @Inject
    Database database;

    @Inject
    Inbox inbox;

    @AfterEach
    void machinesTime() {
        clock.reset();
    }

    /** An event is the same in both modes, since its {@code source} and {@code id} are (CloudEvents 1.0, 3.1). */
    @Test
    void eventIsHandledOnceInBothModes() {
        deliver();
        deliver();
        structured("""
                {"specversion": "1.0", "id": "%s", "source": "/test", "type": "%s", "data": %s}""".formatted(id, EventTypes.USER_DELETED, data))
                .post("/events")
                .then()
                .statusCode(204);
        assertEquals(1, count("select 1 from effects where id = $1", user));
    }

    /** As much as Kourier's Envoy lets through (max_request_headers_kb, 60 by default), and what is added behind it. */
    @Test
    void attributesAsLongAsABrokersAreRead() {
        event(data)
                .header("ce-anything", "x".repeat(63 << 10))
                .post("/events")
                .then()
                .statusCode(204);
        assertEquals(1, count("select 1 from effects where id = $1", user));
    }

    @Test
    void inboxForgetsAfterNinetyDays() {
        deliver();
        clock.moveBy(Duration.ofDays(90).minusMinutes(5));
        inbox.sweep();
        assertEquals(1, count("select 1 from inbox where id = $1", id));
        clock.moveBy(Duration.ofMinutes(5));
        inbox.sweep();
        assertEquals(0, count("select 1 from inbox where id = $1", id));
    }

    @Test
    void brokersUnknownTokenIsNotAnsweredWithThePeoples401() {
        binary(EventTypes.PING, "/test", id)
                .auth()
                .oauth2("token.of.broker")
                .post("/events")
                .then()
                .statusCode(204);
    }

    @Test
    void requestWithoutAnEventIsRefused() {
        problem(given().contentType(ContentType.JSON).body("{}").post("/events"), 400, "not-a-cloudevent");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"specversion\":\"2.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":1,\"source\":\"/test\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\",\"time\":\"now\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\",\"data_base64\":\"!\"}",
                "{\"specversion\":\"1.0\",\"id\":\"\\ud800\",\"source\":\"/test\",\"type\":\"t\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"a\\nb\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\",\"subject\":\"\\uffff\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"t\",\"extension\":\"\\udc00\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"\\u0000\",\"source\":\"/test\",\"type\":\"t\",\"data\":{}}",
            })
    void bodyThatIsNoEventIsRefused(String body) {
        problem(structured(body).post("/events"), 400, "not-a-cloudevent")
                .body("detail", not(containsString("Exception")));
    }

    @Test
    void memberOfTheDataThatCannotBeReadIsNamed() {
        problem(event("{\"userId\": 7}").post("/events"), 400, "invalid-request")
                .body("errors[0].name", equalTo("userId"));
    }

    /** RFC 8259, 8.2. */
    @Test
    void memberOfTheDataThatIsNoUnicodeIsNamed() {
        problem(payment("no \\ud800").post("/payments"), 400, "invalid-request")
                .body("errors[0].name", equalTo("reason"));
    }

    /** What has happened is not undone by how it is told. */
    @Test
    void otherTextOfTheDataIsTakenAsItIs() {
        payment("e\u0301 \\u0000").post("/payments").then().statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null"})
    void eventWithoutDataIsRefused(String nothing) {
        problem(event(nothing).post("/events"), 400, "invalid-request");
    }

    private RequestSpecification payment(String reason) {
        return binary(EventTypes.PAYMENT_DECLINED, "/test", id)
                .contentType(ContentType.JSON)
                .body("{\"orderId\": \"" + user + "\", \"reason\": \"" + reason + "\"}");
    }

    private void deliver() {
        event(data).post("/events").then().statusCode(204);
    }

    private RequestSpecification event(String data) {
        return binary(EventTypes.USER_DELETED, "/test", id)
                .contentType(ContentType.JSON)
                .body(data);
    }

    private int count(String select, Object parameter) {
        return database.withConnection(sql ->
                sql.list(select, Tuple.of(parameter), row -> row.getInteger(0)).size());
    }
}
