/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.CloudEvents.binary;

import io.restassured.path.json.JsonPath;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.events.EventTypes;
import shop.testkit.Executable;
import shop.testkit.PostgreSql;
import shop.testkit.Tokens;

/** The effect of the environment on the process of a service. */
class ExecutableIT {
    /** The schedule's own pings; others are dead letters. */
    private static final String SWEEP = "/apis/v1/namespaces/shop/pingsources/dead-letters-sweep";

    private static final ZoneId AUCKLAND = ZoneId.of("Pacific/Auckland");
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @ParameterizedTest
    @CsvSource({"TZ,", ",-Duser.timezone="})
    void timeZoneIsTheLogsAndNobodyElses(String variable, String property) {
        String type = "test." + UUID.randomUUID();
        Map<String, String> environment = variable == null ? Map.of() : Map.of(variable, AUCKLAND.getId());
        String[] arguments = property == null ? new String[0] : new String[] {property + AUCKLAND};
        try (Executable service = start(environment, arguments)) {
            binary(type, "/test", "1")
                    .header("ce-time", "2026-07-01T00:00:00.5+02:00")
                    .post("/events")
                    .then()
                    .statusCode(204);
            JsonPath details = admin("/" + admin("?type=" + type).getString("items[0].id"));
            String receivedAt = details.getString("receivedAt");
            assertTrue(receivedAt.endsWith("Z"), receivedAt);
            assertTrue(
                    Duration.between(Instant.parse(receivedAt), Instant.now()).toMinutes() == 0, receivedAt);
            assertEquals(
                    Instant.parse("2026-06-30T22:00:00.5Z"),
                    OffsetDateTime.parse(details.getString("attributes.time")).toInstant());
            String first = service.lines().getFirst();
            OffsetDateTime logged = OffsetDateTime.parse(first.substring(0, first.indexOf(' ')));
            assertEquals(AUCKLAND.getRules().getOffset(logged.toInstant()), logged.getOffset(), first);
        }
    }

    @Test
    void lineOfTheLogHasItsTimeLevelPlaceAndTrace() {
        try (Executable service = start(Map.of())) {
            binary(EventTypes.PING, SWEEP, "1")
                    .header("ce-traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .post("/events")
                    .then()
                    .statusCode(204);
            await().until(() -> service.lines().stream()
                    .anyMatch(line ->
                            line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d)"
                                    + " INFO  EventEndpoint trace=" + TRACE
                                    + " Event dev\\.knative\\.sources\\.ping 1 of " + SWEEP + " about null handled")));
        }
    }

    @Test
    void memoryThatIsTooLittleEndsItWithAWord() {
        try (Executable service = start(Map.of(), "-Xmx24m")) {
            HttpRequest large = HttpRequest.newBuilder(service.address().resolve("/events"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .timeout(Duration.ofSeconds(10))
                    .POST(BodyPublishers.ofString("a".repeat(4 << 20)))
                    .build();
            assertEquals(Executable.OUT_OF_MEMORY, service.flood(large));
            assertTrue(
                    service.lines().stream()
                            .anyMatch(line -> line.contains("Terminating due to java.lang.OutOfMemoryError")),
                    () -> service.lines().toString());
        }
    }

    private static Executable start(Map<String, String> more, String... arguments) {
        Map<String, String> environment =
                new HashMap<>(PostgreSql.migrated(Path.of("migrations").toAbsolutePath()));
        environment.putAll(Tokens.environment());
        environment.putAll(more);
        return Executable.start(environment, arguments).listening();
    }

    private static JsonPath admin(String path) {
        return given().auth()
                .oauth2(Tokens.admin())
                .get("/dead-letters" + path)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
