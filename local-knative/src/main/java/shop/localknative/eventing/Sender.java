package shop.localknative.eventing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Posts events over HTTP, on connections that are kept. */
final class Sender implements AutoCloseable {

    sealed interface Answer {}

    /** Any 2xx. */
    record Accepted(int status, List<Map.Entry<String, String>> headers, byte[] body) implements Answer {}

    /**
     * Anything else, no answer included (500, as Knative reports it).
     *
     * @param reason for the log, which must not show what a subscriber says: that may be somebody's data
     * @param data the same for the dead letter sink: what the subscriber said
     */
    record Refused(int code, String reason, byte[] data, boolean worthRetrying, Duration retryAfter) implements Answer {
        static Refused because(int code, String reason, boolean worthRetrying) {
            return new Refused(code, reason, reason.getBytes(StandardCharsets.UTF_8), worthRetrying, Duration.ZERO);
        }
    }

    private static final BodyHandler<byte[]> TO_THE_LIMIT =
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), Ingress.MAX_EVENT_BYTES);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // HTTP/2 would ask for an upgrade with every first request.
            .executor(threads)
            .build();

    /**
     * @param replies whether an event in the answer would be taken ({@code Prefer: reply})
     * @param timeout until the whole answer has been read
     */
    Answer send(URI address, Message event, boolean replies, Duration timeout) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).POST(BodyPublishers.ofByteArray(event.data()));
        event.headers().forEach(request::header);
        if (replies) {
            request.header("prefer", "reply");
        }
        // Not sendAsync: it completes on the JVM's common pool, where anything that blocks would stop all deliveries.
        Future<HttpResponse<byte[]>> answer = threads.submit(() -> client.send(request.build(), TO_THE_LIMIT));
        try {
            return answer(answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Refused.because(500, "dispatch error: no answer within " + timeout, true);
        } catch (ExecutionException e) {
            return Refused.because(500, "dispatch error: " + e.getCause(), true);
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        client.shutdownNow();
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return new Accepted(status, entries(response.headers()), response.body());
        }
        boolean asksToWait = status == 429 || status == 503; // Of others, Knative does not read it.
        return new Refused(
                status,
                "status " + status,
                response.body(),
                Retry.worthwhile(status),
                asksToWait ? retryAfter(response.headers()) : Duration.ZERO);
    }

    private static List<Map.Entry<String, String>> entries(HttpHeaders headers) {
        return headers.map().entrySet().stream()
                .flatMap(header -> header.getValue().stream()
                        .<Map.Entry<String, String>>map(value -> new SimpleEntry<>(header.getKey(), value)))
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
