/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import shop.localknative.console.StartException;

/** {@code functions}: what {@code /functions} of the system that runs has, for people. */
@Command(
        name = "functions",
        sortOptions = false,
        description =
                "Lists what events run: triggers, schedules, outcomes since the start, durations, memory, latest calls.")
final class FunctionsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(names = "--port", defaultValue = "8080", description = "of the front door; default ${DEFAULT-VALUE}")
    private int port;

    @Override
    public Integer call() throws InterruptedException {
        functions().stream()
                .map(JsonObject.class::cast)
                .map(FunctionsCommand::text)
                .forEach(System.out::println);
        return 0;
    }

    private JsonArray functions() throws InterruptedException {
        var page = URI.create("http://localhost:%d/functions".formatted(port));
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(page)
                    .header("Accept", "application/json")
                    .timeout(PATIENCE);
            return new JsonArray(
                    client.send(request.build(), BodyHandlers.ofString()).body());
        } catch (IOException | RuntimeException e) {
            throw new StartException("No system answers at %s; say where it is with --port.".formatted(page), e);
        }
    }

    private static String text(JsonObject function) {
        var memory = function.getJsonArray("residentBytes");
        var outcomes = function.getJsonObject("outcomes").stream()
                .map(outcome -> "%s × %s".formatted(outcome.getKey(), outcome.getValue()))
                .collect(Collectors.joining(", "));
        var text = new StringBuilder("%s%n".formatted(function.getString("name")));
        line(text, "triggers", joined(function.getJsonArray("triggers")));
        line(text, "receives", joined(function.getJsonArray("receives")));
        line(text, "schedules", joined(function.getJsonArray("schedules")));
        line(text, "memory", memory.stream().map(FunctionsCommand::megabytes).collect(Collectors.joining(", ")));
        line(text, "outcomes", outcomes);
        if (!outcomes.isEmpty()) {
            var millis = "p50 %.1f ms, p99 %.1f ms"
                    .formatted(function.getDouble("p50Millis"), function.getDouble("p99Millis"));
            line(text, "duration", millis);
        }
        function.getJsonArray("latest").stream()
                .map(JsonObject.class::cast)
                .forEach(call -> line(text, "", invocation(call)));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append("  %-10s %s%n".formatted(name, value));
        }
    }

    private static String joined(JsonArray values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    private static String megabytes(Object bytes) {
        return "%.0f MB".formatted(((Number) bytes).longValue() / 1e6);
    }

    private static String invocation(JsonObject call) {
        var time = LocalTime.ofInstant(Instant.parse(call.getString("time")), ZoneId.systemDefault());
        return "%s  %d  %.1f ms  %s %s"
                .formatted(
                        TIME.format(time),
                        call.getInteger("code"),
                        call.getDouble("millis"),
                        call.getString("type"),
                        call.getString("id"));
    }
}
