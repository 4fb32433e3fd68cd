/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.functions.Exported;
import shop.functions.Outside;
import shop.testkit.RecordingBroker.Received;

/** Alertmanager's webhook, as its documentation ("Configuration", webhook_config) describes version 4 of what it posts. */
@QuarkusTest
@TestProfile(Exported.RaiseAlarm.class)
@WithTestResource(Outside.class)
class AlertsTest {
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private final String fingerprint = UUID.randomUUID().toString();

    Outside outside;

    @AfterEach
    void theBrokerTakesEventsAgain() {
        outside.broker.answer(202);
        outside.alertsToken("a-secret");
    }

    @Test
    void anAlertIsAnEventThatTheBrokerHasTaken() {
        post(alert("firing", NEVER)).statusCode(204);

        Received event = received().getFirst();
        assertEquals("/shop/default", event.path());
        assertEquals("shop.alarm.firing.v1", event.type());
        assertEquals("1.0", event.headers().get("ce-specversion"));
        assertEquals(EventTypes.RAISE_ALARM, event.headers().get("ce-source"));
        assertEquals(
                EventTypes.schemaOf(EventTypes.ALARM_FIRING), event.headers().get("ce-dataschema"));
        assertEquals("2026-11-24T21:59:27.125Z", event.headers().get("ce-time"));
        assertEquals(event.subject(), event.headers().get("ce-partitionkey"));
        assertEquals("application/json", event.headers().get("content-type"));
        assertEquals("Bearer " + Outside.BROKER_TOKEN, event.headers().get("authorization"));
        JsonPath data = JsonPath.from(event.body());
        assertEquals(event.subject(), data.getString("alarmId"));
        assertEquals("FunctionFailed", data.getString("alarm"));
        assertEquals("about=" + fingerprint + ", function=authorizePayment", data.getString("about"));
        assertEquals("warning", data.getString("severity"));
        assertEquals("A function failed", data.getString("summary"));
        assertEquals("once in 60 s", data.getString("condition"));
        assertEquals("Read the log.", data.getString("remedy"));
        assertEquals("2026-11-24T21:59:27.125Z", data.getString("startsAt"));
    }

    @Test
    void itsEndIsAnotherEventAboutTheSameAlarm() {
        post(alert("firing", NEVER)).statusCode(204);
        post(alert("resolved", "2026-11-24T22:59:27.125Z")).statusCode(204);

        List<Received> events = received();
        assertEquals(
                List.of("shop.alarm.firing.v1", "shop.alarm.resolved.v1"),
                events.stream().map(Received::type).toList());
        assertEquals(events.getFirst().subject(), events.getLast().subject());
        assertNotEquals(events.getFirst().id(), events.getLast().id());
        assertEquals(
                "2026-11-24T22:59:27.125Z",
                JsonPath.from(events.getLast().body()).getString("endsAt"));
    }

    /** With another endsAt each time, which is a guess as long as the alert is firing. */
    @Test
    void aRepetitionIsTheSameEvent() {
        post(alert("firing", NEVER)).statusCode(204);
        post(alert("firing", "2026-11-24T22:03:27.125Z")).statusCode(204);
        assertEquals(1, received().stream().map(Received::id).distinct().count());
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 401, 403, 404, 429})
    void whatTheBrokerHasNotTakenIsNotAcknowledged(int status) {
        outside.broker.answer(status);
        post(alert("firing", NEVER)).statusCode(503).body("detail", containsString("K_SINK"));
        outside.broker.answer(202);
        post(alert("firing", NEVER)).statusCode(204);
        assertEquals(1, received().size());
    }

    /** Alertmanager repeats after 5xx only (notify/webhook/webhook.go, its Retrier). */
    @Test
    void whatTheBrokerNeverTakesIsNotRepeated() {
        outside.broker.answer(400);
        post(alert("firing", NEVER)).statusCode(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer another", "Basic a-secret", "a-secret"})
    void nobodyElseIsHeard(String authorization) {
        Response answer = (authorization.isEmpty() ? given() : given().header("Authorization", authorization))
                .contentType("application/json")
                .body(notification(alert("firing", NEVER)))
                .post("/alerts");
        answer.then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer")
                .contentType("application/problem+json")
                .body("type", endsWith("function-refused"));
        assertEquals(List.of(), received());
    }

    @Test
    void theTokenIsTheOneThatTheFileHoldsNow() {
        outside.alertsToken("replaced");
        post(alert("firing", NEVER)).statusCode(401);
        outside.alertsToken("a-secret");
        post(alert("firing", NEVER)).statusCode(204);
    }

    @Test
    void anEmptyTokenIsNobodys() {
        outside.alertsToken("");
        given().header("Authorization", "Bearer ")
                .body(notification(alert("firing", NEVER)))
                .post("/alerts")
                .then()
                .statusCode(503)
                .body("detail", containsString("ALERTS_TOKEN_FILE"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {}                                                                                | version
            {"version": "3", "alerts": []}                                                    | version
            {"version": "4"}                                                                  | alerts
            {"version": "4", "alerts": [null]}                                                | alerts
            {"version": "4", "alerts": [{"status": "odd"}]}                                   | alerts.status
            {"version": "4", "alerts": [{"status": "firing", "startsAt": "now"}]}             | alerts.startsAt
            {"version": "4", "alerts": [{"status": "firing", "startsAt": "2026-11-24T21:59:27Z"}]} | alerts.fingerprint
            {"version": "4", "alerts": [{"status": "firing", "fingerprint": "1"}]}            | alerts.startsAt
            null                                                                              | body
            [                                                                                 | body""")
    void whatIsNoNotificationIsRefused(String body, String place) {
        posted(body).statusCode(400).body("detail", containsString(place));
    }

    @Test
    void aGroupOfAlertsIsAsManyEvents() {
        posted(notification(alert("firing", NEVER) + ", "
                        + alert("firing", NEVER).replace(fingerprint, "another-" + fingerprint)))
                .statusCode(204);
        assertEquals(2, received().size());
    }

    @Test
    void thereIsNoOtherMethod() {
        asAlertmanager().get("/alerts").then().statusCode(405).header("Allow", equalTo("POST"));
    }

    @Test
    void aNotificationThatIsTooLongIsRefused() {
        posted("[\"" + "a".repeat(1024 * 1024) + "\"]").statusCode(413);
    }

    private ValidatableResponse post(String alert) {
        return posted(notification(alert));
    }

    private static ValidatableResponse posted(String body) {
        return asAlertmanager().body(body).post("/alerts").then();
    }

    private static RequestSpecification asAlertmanager() {
        return given().header("Authorization", "Bearer a-secret").contentType("application/json");
    }

    private List<Received> received() {
        return outside.broker.received().stream()
                .filter(event -> event.body().contains(fingerprint))
                .toList();
    }

    private static String notification(String alerts) {
        return """
                {"version": "4", "groupKey": "{}:{alertname=\\"FunctionFailed\\"}", "truncatedAlerts": 0, "status": "firing",
                 "receiver": "operators", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
                 "externalURL": "http://alertmanager:9093", "alerts": [%s]}""".formatted(alerts);
    }

    private String alert(String status, String endsAt) {
        return """
                {"status": "%s", "labels": {"alertname": "FunctionFailed", "alarm": "FunctionFailed", "severity": "warning",
                  "action": "mail", "namespace": "shop", "function": "authorizePayment", "about": "%s"},
                 "annotations": {"summary": "A function failed", "condition": "once in 60 s", "remedy": "Read the log."},
                 "startsAt": "2026-11-24T22:59:27.125+01:00", "endsAt": "%s",
                 "generatorURL": "http://prometheus:9090/graph", "fingerprint": "%s"}""".formatted(status, fingerprint, endsAt, fingerprint);
    }
}
