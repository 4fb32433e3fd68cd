/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.events.EventTypes;
import shop.functions.Event.Mode;
import shop.functions.Party.Answer;
import shop.testkit.Executable;

/** The effect of the environment on the process of a function. */
class ExecutableIT {
    private final Event ping = Event.of(EventTypes.PING, "/a/source", "a-subject", "{\"message\": \"Hello, world!\"}");

    @Test
    void memoryThatIsTooLittleEndsItWithAWord() {
        try (Executable function = start(Map.of("QUARKUS_FUNQY_EXPORT", "heartbeat"), "-Xmx8m")) {
            assertEquals(Executable.OUT_OF_MEMORY, function.flood(large(function.address())));
            assertTrue(
                    function.lines().stream()
                            .anyMatch(line -> line.contains("Terminating due to java.lang.OutOfMemoryError")),
                    () -> function.lines().toString());
        }
    }

    @Test
    void nameThatNoServerHasIsAPassingFault() throws IOException {
        Map<String, String> environment = Map.of(
                "QUARKUS_FUNQY_EXPORT",
                "refundPayment",
                "IDENTITY_TOKEN_FILE",
                identityToken(),
                "ORDER_SERVICE_URL",
                "http://orders.invalid");
        try (Executable _ = start(environment)) {
            Event.of(EventTypes.REFUND_REQUESTED, EventTypes.ORDER_SERVICE, "1", """
                    {"orderId": "%s"}""".formatted(UUID.randomUUID()))
                    .deliver(Mode.BINARY)
                    .then()
                    .statusCode(503)
                    .body("detail", containsString("ORDER_SERVICE_URL did not answer"));
        }
    }

    @Test
    void levelOfTheLogIsTheEnvironments() {
        Map<String, String> environment = Map.of("QUARKUS_FUNQY_EXPORT", "heartbeat");
        try (Executable function = start(environment)) {
            ping.deliver(Mode.BINARY).then().statusCode(204);
            await().until(() -> function.lines().stream().anyMatch(line -> line.contains("outcome=done")));
        }
        try (Executable function = start(Map.of("QUARKUS_FUNQY_EXPORT", "heartbeat", "QUARKUS_LOG_LEVEL", "WARN"))) {
            ping.deliver(Mode.BINARY).then().statusCode(204);
            ping.with("type", "another").deliver(Mode.BINARY).then().statusCode(400);
            await().until(() -> function.lines().stream().anyMatch(line -> line.contains("outcome=invalid")));
            assertEquals(1, function.lines().size(), () -> function.lines().toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"INT,130", "TERM,143"})
    void whatIsUnderWayIsAnsweredBeforeTheEnd(String signal, int exitCode) throws Exception {
        UUID order = UUID.randomUUID();
        try (Party orders = new Party();
                Party provider = new Party();
                Executable function = start(Map.of(
                        "QUARKUS_FUNQY_EXPORT",
                        "refundPayment",
                        "IDENTITY_TOKEN_FILE",
                        identityToken(),
                        "ORDER_SERVICE_URL",
                        orders.url(),
                        "PAYMENT_PROVIDER_URL",
                        provider.url()))) {
            orders.answers(Answer.json(200, "{\"status\": \"CANCELLED\"}"));
            provider.answers(asked -> {
                new ProcessBuilder(
                                "kill",
                                "-" + signal,
                                Long.toString(function.process().pid()))
                        .start();
                await().until(() ->
                        function.lines().stream().anyMatch(line -> line.contains("Waiting for HTTP requests")));
                Answer.json(200, "{\"orderId\": \"%s\", \"status\": \"CANCELLED\"}".formatted(order))
                        .to(asked);
            });
            Event.of(
                            EventTypes.REFUND_REQUESTED,
                            EventTypes.ORDER_SERVICE,
                            order,
                            "{\"orderId\": \"%s\"}".formatted(order))
                    .deliver(Mode.BINARY)
                    .then()
                    .statusCode(200);
            assertEquals(exitCode, function.process().onExit().get().exitValue());
        }
    }

    @Test
    void withoutAFunctionItDoesNotStart() throws Exception {
        try (Executable function = Executable.start(Map.of())) {
            assertEquals(1, function.process().onExit().get().exitValue());
            assertTrue(
                    function.lines().stream().anyMatch(line -> line.contains("quarkus.funqy.export")),
                    () -> function.lines().toString());
        }
    }

    private static String identityToken() throws IOException {
        return Files.writeString(Files.createTempFile(Path.of("target"), "token", ""), "a-token")
                .toAbsolutePath()
                .toString();
    }

    private static Executable start(Map<String, String> environment, String... arguments) {
        return Executable.start(environment, arguments).listening();
    }

    private HttpRequest large(URI address) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json");
        ping.attributes().forEach((name, value) -> request.header("ce-" + name, value));
        return request.POST(BodyPublishers.ofString("\"" + "a".repeat((1 << 20) - 2) + "\""))
                .build();
    }
}
