/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static java.time.Duration.ZERO;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.duck.v1.DeliverySpecBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;

class RetryTest {

    private static final Manifest BROKER =
            TestEventing.read(TestEventing.BROKER).all().getFirst();

    private static Retry retry(String policy, String delay) {
        return Retry.of(
                BROKER,
                new DeliverySpecBuilder()
                        .withRetry(5)
                        .withBackoffPolicy(policy)
                        .withBackoffDelay(delay)
                        .build());
    }

    private static List<Duration> backoffs(Retry retry) {
        return IntStream.rangeClosed(1, 4).mapToObj(n -> retry.backoff(n, ZERO)).toList();
    }

    /** knative/eventing pkg/kncloudevents/retries.go, RetryConfigFromDeliverySpec, with go-retryablehttp's attemptNum from 0. */
    @Test
    void linearBackoffGrowsByTheDelayFromNone() {
        assertEquals(
                List.of(ZERO, Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(6)),
                backoffs(retry("linear", "PT2S")));
    }

    /** The same function: {@code math.Exp2(attemptNum)}. */
    @Test
    void exponentialBackoffDoublesFromTheDelay() {
        assertEquals(
                List.of(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)),
                backoffs(retry("exponential", "PT0.5S")));
    }

    @Test
    void backoffNeverOverflows() {
        assertEquals(Duration.ofDays(1), retry("exponential", "P300D").backoff(Integer.MAX_VALUE, ZERO));
        assertEquals(Duration.ofDays(1), retry("linear", "PT1H").backoff(Integer.MAX_VALUE, ZERO));
    }

    @Test
    void retryAfterIsObeyedUpToItsMaximum() {
        DeliverySpec spec = new DeliverySpecBuilder()
                .withBackoffPolicy("linear")
                .withBackoffDelay("PT1S")
                .withRetryAfterMax("PT10S")
                .build();
        Retry retry = Retry.of(BROKER, spec);

        assertEquals(Duration.ofSeconds(7), retry.backoff(1, Duration.ofSeconds(7)));
        assertEquals(Duration.ofSeconds(10), retry.backoff(1, Duration.ofHours(7)));
        assertEquals(Duration.ofSeconds(3), retry.backoff(4, Duration.ofSeconds(2)));

        spec.setRetryAfterMax("PT0S");
        assertEquals(Duration.ofSeconds(1), Retry.of(BROKER, spec).backoff(2, Duration.ofSeconds(7)));
    }

    /** knative/eventing pkg/kncloudevents/retries.go, parseRetryAfterDuration, and Go's http.ParseTime. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            120                              | 120
            +120                             | 120
            -120                             | 0
            Mon, 02 Nov 2026 15:04:05 GMT    | 60
            Monday, 02-Nov-26 15:04:05 GMT   | 60
            Mon Nov  2 15:04:05 2026         | 60
            Mon, 02 Nov 2026 15:02:05 GMT    | 0
            Mon, 02 Nov 2026 15:04:05 +0200  | 0
            2026-11-02T15:04:05Z             | 0
            soon                             | 0
            """)
    void retryAfterIsSecondsOrADate(String header, long seconds) {
        assertEquals(Duration.ofSeconds(seconds), Sender.retryAfter(header, Instant.parse("2026-11-02T15:03:05Z")));
    }

    @Test
    void whatNobodySaysIsKnativesDefault() {
        Retry retry = Retry.of(BROKER, Retry.DEFAULT);

        assertEquals(10, retry.retries());
        assertEquals(Duration.ofMillis(200), retry.backoff(1, ZERO));
    }

    @Test
    void onlyPassingFaultsAreRetried() {
        assertEquals(
                List.of(404, 408, 409, 429, 500, 502, 503, 599),
                List.of(300, 302, 400, 401, 404, 408, 409, 410, 413, 422, 429, 500, 502, 503, 599).stream()
                        .filter(Retry::isRetriable)
                        .toList());
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        refused("an ISO 8601 duration such as PT0.5S is expected, not 1s", spec -> spec.setBackoffDelay("1s"));
        refused("an ISO 8601 duration such as PT0.5S is expected, not PT-1S", spec -> spec.setTimeout("PT-1S"));
        refused("must be longer than 0", spec -> spec.setTimeout("PT0S"));
        refused("an ISO 8601 duration such as PT0.5S is expected, not soon", spec -> spec.setRetryAfterMax("soon"));
        refused("must be longer than 0", spec -> spec.setTimeout("PT0.05S"));
        refused("linear or exponential is expected, not random", spec -> spec.setBackoffPolicy("random"));
        refused("0 or more is expected, not -1", spec -> spec.setRetry(-1));
    }

    private static void refused(String message, Consumer<DeliverySpec> mistake) {
        DeliverySpec spec = new DeliverySpec();
        mistake.accept(spec);
        assertThat(
                assertThrows(StartException.class, () -> Retry.of(BROKER, spec)).getMessage(),
                endsWith(": " + message));
    }
}
