/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.heartbeat;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Outside;
import shop.testkit.MetricLabels;
import shop.testkit.Metrics;

@QuarkusTest
@TestProfile(Exported.Heartbeat.class)
@WithTestResource(Outside.class)
class HeartbeatTest {
    /** A PingSource's JSON must be an object (knative/eventing pkg/apis/sources/v1/ping_validation.go, validateJSON). */
    private static final String GREETING = "{\"message\": \"Hello, world!\"}";

    private static final String SOURCE = "/apis/v1/namespaces/shop/pingsources/heartbeat";

    Outside outside;

    @ParameterizedTest
    @EnumSource
    void aGreetingIsLoggedAndCounted(Mode mode) {
        double before = counted("heartbeats_total");
        Event ping = ping(GREETING);
        ping.deliver(mode).then().statusCode(204);
        assertEquals(before + 1, counted("heartbeats_total"));
        assertTrue(outside.log().contains("Hello, world!"));
    }

    @ParameterizedTest
    @EnumSource
    void linesOfTheLogNameTheTraceOfTheEvent(Mode mode) {
        String trace = UUID.randomUUID().toString().replace("-", "");
        Event ping = ping(GREETING).with("traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
        ping.deliver(mode).then().statusCode(204);
        assertTrue(outside.log()
                .lines()
                .anyMatch(line -> line.contains("Invocation trace=" + trace) && line.contains("id=" + ping.id())));
    }

    /** Without OTEL_EXPORTER_OTLP_ENDPOINT: a batch of spans has a thread, by this name in opentelemetry-sdk-trace. */
    @Test
    void nothingIsRecordedThatNobodyWants() {
        ping(GREETING).deliver(Mode.BINARY).then().statusCode(204);
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("BatchSpanProcessor")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"type", "source", "subject", "id", "data"})
    void noLineOfTheLogCanBeForged(String place) {
        String forged = UUID.randomUUID() + " INFO  forged";
        String text = "a\\n" + forged + "\\u2028\\u001b[2J";
        Event ping = place.equals("data")
                ? ping("{\"message\": \"" + text + "\"}")
                : ping(GREETING).with(place, text);
        ping.deliver(Mode.STRUCTURED);
        List<String> lines =
                outside.log().lines().filter(line -> line.contains(forged)).toList();
        assertEquals(!place.equals("data"), lines.isEmpty(), "attributes of unexpected form are masked");
        lines.forEach(line -> assertTrue(line.contains("a\\u000a" + forged + "\\u2028\\u001b[2J"), line));
    }

    @ParameterizedTest
    @EnumSource
    void anInvocationIsOneLineOfTheLog(Mode mode) {
        Event ping = ping(GREETING);
        ping.deliver(mode).then().statusCode(204);
        String line = outside.log()
                .lines()
                .filter(text -> text.contains(ping.id()))
                .reduce((one, other) -> {
                    throw new AssertionError("two lines: " + one + "\n" + other);
                })
                .orElseThrow();
        assertTrue(
                line.matches(".*function=heartbeat id=%s type=%s source=%s subject=%s outcome=done duration=\\d+ms.*"
                        .formatted(ping.id(), EventTypes.PING, SOURCE, "\\*\\*\\*")),
                line);
    }

    @ParameterizedTest
    @EnumSource
    void anInvocationIsTimedByFunctionAndOutcome(Mode mode) {
        String done = "function_invocations_seconds_bucket{function=\"heartbeat\",outcome=\"done\",le=\"+Inf\"}";
        String invalid = "function_invocations_seconds_bucket{function=\"heartbeat\",outcome=\"invalid\",le=\"+Inf\"}";
        double doneBefore = counted(done);
        double invalidBefore = counted(invalid);
        ping(GREETING).deliver(mode).then().statusCode(204);
        ping("{}").deliver(mode).then().statusCode(400).body("detail", containsString("data.message: is missing"));
        ping("{\"message\": {}}")
                .deliver(mode)
                .then()
                .statusCode(400)
                .body("detail", containsString("data.message: must be text"));
        assertEquals(doneBefore + 1, counted(done));
        assertEquals(invalidBefore + 2, counted(invalid));
    }

    @ParameterizedTest
    @EnumSource
    void theTimeFromAnEventToItsEffectIsMeasured(Mode mode) {
        String lag = "event_lag_seconds_count{type=\"%s\"}".formatted(EventTypes.PING);
        double before = counted(lag);
        ping(GREETING).with("time", "2026-01-01T00:00:00Z").deliver(mode).then().statusCode(204);
        assertEquals(before + 1, counted(lag));
        assertTrue(counted("event_lag_seconds_sum") > 1000);
    }

    /** RFC 3339 has four digits for the year. */
    @ParameterizedTest
    @ValueSource(strings = {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
    void aTimeOfAnotherAgeIsNoFault(String time) {
        ping(GREETING).with("time", time).deliver(Mode.BINARY).then().statusCode(204);
    }

    @Test
    void labelsAreBoundedAndMemoryIsShown() {
        MetricLabels.assertBounded(outside.metrics());
        assertTrue(counted("process_resident_memory_bytes") > 1_000_000);
    }

    @Test
    void itTellsOfItsHealthWhereNoRouteLeads() {
        for (String probe : List.of("/q/health/live", "/q/health/ready", "/q/health/started")) {
            outside.management(probe).then().statusCode(200).body("status", equalTo("UP"));
        }
        for (String path : List.of("/q/health", "/q/metrics")) {
            given().get(path).then().statusCode(404);
        }
    }

    private Event ping(String data) {
        return Event.of(EventTypes.PING, SOURCE, "a-subject", data);
    }

    private double counted(String series) {
        return Metrics.value(outside.managementPort(), series);
    }
}
