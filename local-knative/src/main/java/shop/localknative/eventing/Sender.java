package shop.localknative.eventing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.AbstractMap.SimpleEntry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Posts events over HTTP, on connections that are kept. */
final class Sender implements AutoCloseable {

    sealed interface Answer {}

    /** Any 2xx. */
    record Accepted(int status, List<Map.Entry<String, String>> headers, byte[] body) implements Answer {}

    /** Anything else, no answer included (500, as Knative reports it). */
    record Refused(int code, byte[] body, boolean worthRetrying, Duration retryAfter) implements Answer {
        static Refused because(int code, String reason) {
            return new Refused(code, reason.getBytes(StandardCharsets.UTF_8), true, Duration.ZERO);
        }
    }

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // HTTP/2 would ask for an upgrade with every first request.
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();

    /**
     * @param replies whether an event in the answer would be taken ({@code Prefer: reply})
     * @param timeout until the whole answer has been read
     */
    Answer send(URI address, Message event, boolean replies, Duration timeout) throws InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer = null;
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(address).POST(BodyPublishers.ofByteArray(event.data()));
            event.headers().forEach(request::header);
            if (replies) {
                request.header("prefer", "reply");
            }
            answer = client.sendAsync(
                    request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), Ingress.MAX_EVENT_BYTES));
            return answer(answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Refused.because(500, "dispatch error: no answer within " + timeout);
        } catch (ExecutionException e) {
            return Refused.because(500, "dispatch error: " + e.getCause());
        } catch (IllegalArgumentException e) {
            return Refused.because(500, "dispatch error: " + e);
        } finally {
            if (answer != null) {
                answer.cancel(true);
            }
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return new Accepted(status, entries(response.headers()), response.body());
        }
        return new Refused(status, response.body(), Retry.worthwhile(status), retryAfter(response.headers()));
    }

    private static List<Map.Entry<String, String>> entries(HttpHeaders headers) {
        return headers.map().entrySet().stream()
                .<Map.Entry<String, String>>map(
                        h -> new SimpleEntry<>(h.getKey(), h.getValue().getFirst()))
                .toList();
    }

    /** RFC 9110, section 10.2.3: seconds or a date. What is neither is no wish at all. */
    private static Duration retryAfter(HttpHeaders headers) {
        String value = headers.firstValue("retry-after").orElse("0").strip();
        try {
            Duration asked = value.chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(Instant.now(), ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
            return asked.isNegative() ? Duration.ZERO : asked;
        } catch (DateTimeParseException | NumberFormatException e) {
            return Duration.ZERO;
        }
    }
}
