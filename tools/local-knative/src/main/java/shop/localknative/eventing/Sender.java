/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import shop.localknative.eventing.Invocations.Invocation;
import shop.localknative.network.Loopback;

/** Posts events over HTTP, on connections that are kept. */
final class Sender implements AutoCloseable {
    sealed interface Answer {
        int code();
    }

    /** Any 2xx. */
    record Accepted(int code, Iterable<Map.Entry<String, String>> headers, byte[] body) implements Answer {}

    /**
     * Anything else, no answer included (500, as Knative reports it).
     *
     * @param reason for the log, which must not show what a subscriber says: that may be somebody's data
     * @param data the same for the dead letter sink: what the subscriber said; null if it is told nothing
     */
    record Refused(int code, String reason, byte[] data, boolean retriable, Duration retryAfter) implements Answer {
        static Refused because(int code, String reason, boolean retriable) {
            return new Refused(code, reason, reason.getBytes(StandardCharsets.UTF_8), retriable, Duration.ZERO);
        }

        /**
         * One that Knative's broker has found itself, and of which its dead letters say nothing: they get their
         * attributes from what the broker's filter answers to its dispatcher, and here that is nothing that can be read
         * (knative/eventing pkg/kncloudevents/event_dispatcher.go, dispatchExecutionInfoTransformers).
         */
        static Refused untold(int code, String reason) {
            return new Refused(code, reason, null, true, Duration.ZERO);
        }
    }

    /** Of all Triggers to one host together, each of which has a limit of its own: none shall wait for another's. */
    private static final int CONNECTIONS = 1024;

    /** Shorter than that of most servers, so that a connection is not closed by one just when it is used again. */
    private static final int KEEP_ALIVE_SECONDS = 4;

    /** RFC 9110, section 5.6.7: today's, RFC 850's and asctime's, which Go's http.ParseTime takes, too. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
            "[EEE, dd MMM uuuu HH:mm:ss 'GMT'][EEEE, dd-MMM-uu HH:mm:ss zzz][EEE MMM ppd HH:mm:ss uuuu]", Locale.US);

    private final HttpClient client;
    private final Metrics metrics;
    private final Invocations invocations;
    private final InstantSource clock;

    Sender(Vertx vertx, Metrics metrics, Invocations invocations, InstantSource clock) {
        this.metrics = metrics;
        this.invocations = invocations;
        this.clock = clock;
        client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAliveTimeout(KEEP_ALIVE_SECONDS).setMaxHeaderSize(Loopback.MAX_HEADERS),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /**
     * To the subscriber of a Trigger, or its dead letter sink.
     *
     * @param replies whether an event in the answer would be taken ({@code Prefer: reply})
     */
    Answer deliver(Subscription subscription, Sink sink, Message event, boolean replies) throws InterruptedException {
        long start = System.nanoTime();
        Answer answer = send(
                sink,
                subscription.outgoing(event),
                replies,
                subscription.retry().timeout());
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        metrics.dispatched(subscription, event, answer.code(), duration);
        String type = event.attributes().get("type");
        invocations.add(sink.url(), new Invocation(clock.instant(), type, event.id(), answer.code(), duration));
        return answer;
    }

    /** From a PingSource of this {@code namespace/name}. */
    Answer ping(String source, Sink sink, Message event, Duration timeout) throws InterruptedException {
        Answer answer = send(sink, event, false, timeout);
        metrics.pinged(source, answer.code());
        return answer;
    }

    /** @param timeout until the whole answer has been read */
    private Answer send(Sink sink, Message event, boolean replies, Duration timeout) throws InterruptedException {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(sink.address().toString());
        event.headers().forEach(options::addHeader);
        sink.token().ifPresent(token -> options.addHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token));
        if (replies) {
            options.addHeader("prefer", "reply");
        }
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        client.request(options)
                .compose(request -> {
                    answer.exceptionally(given -> {
                        request.reset(); // Nobody waits for it any more.
                        return null;
                    });
                    return request.send(Buffer.buffer(event.data())).compose(this::read);
                })
                .onSuccess(answer::complete)
                .onFailure(answer::completeExceptionally);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Refused.untold(500, "no answer within " + timeout);
        } catch (ExecutionException e) {
            return Refused.because(500, "dispatch error: " + e.getCause(), true);
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private Future<Answer> read(HttpClientResponse response) {
        Promise<Answer> answer = Promise.promise();
        Buffer body = Buffer.buffer();
        response.exceptionHandler(answer::tryFail);
        response.handler(chunk -> {
            if (body.length() + chunk.length() <= Ingress.MAX_EVENT_BYTES) {
                body.appendBuffer(chunk);
            } else if (response.statusCode() / 100 == 2) {
                answer.tryFail(
                        new IOException("the answer is longer than %d bytes".formatted(Ingress.MAX_EVENT_BYTES)));
            } else {
                // What was refused is known by now, and its dead letter takes less than this.
                answer.tryComplete(answer(response, body.getBytes()));
            }
        });
        response.endHandler(end -> answer.tryComplete(answer(response, body.getBytes())));
        return answer.future();
    }

    private Answer answer(HttpClientResponse response, byte[] body) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return new Accepted(status, response.headers(), body);
        }
        boolean asksToWait = status == 429 || status == 503; // Of others, Knative does not read it.
        return new Refused(
                status,
                "status " + status,
                body,
                Retry.isRetriable(status),
                asksToWait ? retryAfter(response.getHeader("retry-after"), clock.instant()) : Duration.ZERO);
    }

    /** RFC 9110, section 10.2.3: seconds or a date, in each of the three forms. What is neither is no wish at all. */
    static Duration retryAfter(String header, Instant now) {
        if (header == null) {
            return Duration.ZERO;
        }
        try {
            Duration asked = header.matches("[+-]?\\d{1,12}")
                    ? Duration.ofSeconds(Long.parseLong(header))
                    : Duration.between(
                            now, LocalDateTime.parse(header, HTTP_DATE).toInstant(ZoneOffset.UTC));
            return asked.isNegative() ? Duration.ZERO : asked;
        } catch (DateTimeParseException neither) {
            return Duration.ZERO;
        }
    }
}
