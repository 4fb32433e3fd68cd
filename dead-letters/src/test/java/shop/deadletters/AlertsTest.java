/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.testkit.PostgresResource;
import shop.testkit.RecordingBroker;
import shop.testkit.RecordingBroker.Received;
import shop.testkit.Tokens;

/** Alertmanager's webhook, as its documentation ("Configuration", webhook_config) describes version 4 of what it posts. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(AlertsTest.Secret.class)
class AlertsTest {
    private static final String START = "2026-11-24T22:59:27.125+01:00";
    private static final String NEVER = "0001-01-01T00:00:00Z";

    /** The mounted Secret that Alertmanager shows. */
    public static class Secret implements QuarkusTestResourceLifecycleManager {
        private Path file;

        @Override
        public Map<String, String> start() {
            try {
                file = Files.createTempFile(Path.of("target"), "alerts", "").toAbsolutePath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            replace("a-secret");
            return Map.of("ALERTS_TOKEN_FILE", file.toString());
        }

        void replace(String token) {
            try {
                Files.writeString(file, token + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(this, new TestInjector.MatchesType(Secret.class));
        }

        @Override
        public void stop() {}
    }

    private final RecordingBroker broker = RecordingBroker.shared();
    private final String fingerprint = UUID.randomUUID().toString();

    Secret secret;

    @AfterEach
    void everythingIsAsBefore() {
        broker.answer(202);
        secret.replace("a-secret");
    }

    @Test
    void anAlertIsAnEvent() {
        told(alert("firing", NEVER));

        Received event = published(1).getFirst();
        assertEquals("/shop/default", event.path());
        assertEquals("shop.alarm.firing.v1", event.type());
        assertEquals("1.0", event.headers().get("ce-specversion"));
        assertEquals(EventTypes.DEAD_LETTERS, event.headers().get("ce-source"));
        assertEquals(
                EventTypes.schemaOf(EventTypes.ALARM_FIRING), event.headers().get("ce-dataschema"));
        assertEquals(event.subject(), event.headers().get("ce-partitionkey"));
        assertEquals("application/json", event.headers().get("content-type"));
        JsonPath data = JsonPath.from(event.body());
        assertEquals(event.subject(), data.getString("alarmId"));
        assertEquals("FunctionFailed", data.getString("alarm"));
        assertEquals("about=" + fingerprint + ", function=authorizePayment", data.getString("about"));
        assertEquals("warning", data.getString("severity"));
        assertEquals("A function failed:  see the log", data.getString("summary"));
        assertEquals("once in 60 s", data.getString("condition"));
        assertEquals("Read the log.", data.getString("remedy"));
        assertEquals("2026-11-24T21:59:27.125Z", data.getString("startsAt"));
    }

    @Test
    void itsEndIsAnotherEventAboutTheSameAlarm() {
        told(alert("firing", NEVER));
        told(alert("resolved", "2026-11-24T22:59:27.125Z"));

        List<Received> events = published(2);
        assertEquals(
                List.of("shop.alarm.firing.v1", "shop.alarm.resolved.v1"),
                events.stream().map(Received::type).toList());
        assertEquals(events.getFirst().subject(), events.getLast().subject());
        assertNotEquals(events.getFirst().id(), events.getLast().id());
        assertEquals(
                "2026-11-24T22:59:27.125Z",
                JsonPath.from(events.getLast().body()).getString("endsAt"));
    }

    /** With another endsAt each time, which is a guess as long as the alert is firing; several Alertmanagers tell at once. */
    @Test
    void aRepetitionChangesNothing() {
        together(4, _ -> tell(alert("firing", "2026-11-24T22:03:27.125Z")));
        told(alert("firing", NEVER));
        together(4, _ -> tell(alert("resolved", "2026-11-24T22:59:27.125Z")));

        assertEquals(
                List.of("shop.alarm.firing.v1", "shop.alarm.resolved.v1"),
                published(2).stream().map(Received::type).toList());
    }

    /** Alertmanager resolves what Prometheus has not told for some minutes; then it fires again, since its first start. */
    @Test
    void whatGoesOnIsTold() {
        told(alert("firing", NEVER));
        told(alert("resolved", "2026-11-24T22:59:27.125Z"));
        told(alert("firing", NEVER));
        told(alert("resolved", "2026-11-24T23:59:27.125Z"));
        assertEquals(4, published(4).stream().map(Received::id).distinct().count());
    }

    @Test
    void anEarlierAlertThatIsToldLateChangesNothing() {
        String resolved = alert("resolved", "2026-11-24T22:59:27.125Z");
        told(alert("firing", NEVER));
        told(resolved.replace(START, "2026-11-24T21:00:00Z"));
        told(resolved);
        published(2);
    }

    @Test
    void whatTheBrokerRefusesIsADeadLetter() {
        broker.answer(400);
        told(alert("firing", NEVER));
        await().until(() -> given().auth()
                .oauth2(Tokens.admin())
                .get("/dead-letters?type=shop.alarm.firing.v1&limit=100")
                .jsonPath()
                .getList("items.reason")
                .contains("it answered 400"));
    }

    @Test
    void itIsKeptWhileTheBrokerDoesNotTakeIt() {
        broker.answer(503);
        told(alert("firing", NEVER));
        broker.answer(202);
        told(alert("firing", NEVER)); // whatever comes next, the outbox is published
        published(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer another", "Basic a-secret", "a-secret"})
    void nobodyElseIsHeard(String authorization) {
        RequestSpecification anybody =
                authorization.isEmpty() ? given() : given().header("Authorization", authorization);
        problem(anybody.body("of any kind").post("/alerts"), 401, "unauthenticated")
                .header("WWW-Authenticate", "Bearer");
    }

    @Test
    void theTokenIsTheOneThatTheFileHoldsNow() {
        secret.replace("replaced");
        problem(tell(alert("firing", NEVER)), 401, "unauthenticated");
        secret.replace("a-secret");
        told(alert("firing", NEVER));
    }

    @Test
    void anEmptyTokenIsNobodys() {
        secret.replace("");
        Response answer = given().header("Authorization", "Bearer ")
                .contentType("application/json")
                .body(notification(alert("firing", NEVER)))
                .post("/alerts");
        problem(answer, 503, "no-alerts-token").body("detail", containsString("ALERTS_TOKEN_FILE"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {}                                                                                | version
            {"version": "3", "alerts": []}                                                    | version
            {"version": "4"}                                                                  | alerts
            {"version": "4", "alerts": [null]}                                                | alerts[0]
            {"version": "4", "alerts": [{"status": "odd"}]}                                   | alerts[0].status
            {"version": "4", "alerts": [{"status": "firing", "startsAt": "now"}]}             | alerts[0].startsAt
            {"version": "4", "alerts": [{"status": "firing", "startsAt": "2026-11-24T21:59:27Z"}]} | alerts[0].fingerprint
            {"version": "4", "alerts": [{"status": "firing", "fingerprint": "1"}]}            | alerts[0].startsAt
            {"version": "4", "alerts": [{"startsAt": "+10000-01-01T00:00:00Z"}]}              | alerts[0]
            {"version": "4", "alerts": [{"labels": {"alertname": " "}}]}                      | alerts[0]
            null                                                                              | body
            [                                                                                 | body""")
    void whatIsNoNotificationIsRefused(String body, String place) {
        problem(asAlertmanager().body(body).post("/alerts"), 400, "invalid-request")
                .body("detail", containsString(place));
    }

    @Test
    void aGroupOfAlertsIsAsManyEvents() {
        told(alert("firing", NEVER) + ", " + alert("firing", NEVER).replace(fingerprint, "another-" + fingerprint));
        published(2);
    }

    @Test
    void aNotificationHasAtMostTenThousandAlerts() {
        problem(tell("null,".repeat(10_000) + "null"), 400, "invalid-request");
    }

    @Test
    void aNotificationIsJson() {
        problem(
                asAlertmanager().contentType("text/plain").body("firing").post("/alerts"),
                415,
                "unsupported-media-type");
    }

    @Test
    void thereIsNoOtherMethod() {
        asAlertmanager().get("/alerts").then().statusCode(405).header("Allow", containsString("POST"));
    }

    private void told(String alerts) {
        tell(alerts).then().statusCode(204);
    }

    private static Response tell(String alerts) {
        return asAlertmanager().body(notification(alerts)).post("/alerts");
    }

    private static RequestSpecification asAlertmanager() {
        return given().header("Authorization", "Bearer a-secret").contentType("application/json");
    }

    /** The events of this test's alerts, when there are so many. */
    private List<Received> published(int count) {
        return await().until(
                        () -> broker.received().stream()
                                .filter(event -> event.body().contains(fingerprint))
                                .toList(),
                        events -> events.size() == count);
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
                 "annotations": {"summary": "A function failed:\\n see the log", "condition": "once in 60 s", "remedy": "Read the log."},
                 "startsAt": "%s", "endsAt": "%s",
                 "generatorURL": "http://prometheus:9090/graph", "fingerprint": "%s"}""".formatted(status, fingerprint, START, endsAt, fingerprint);
    }
}
