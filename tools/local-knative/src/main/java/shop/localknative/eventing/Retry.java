/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.DeliverySpec;
import io.fabric8.knative.duck.v1.DeliverySpecBuilder;
import java.time.Duration;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;

/**
 * The retry policy of a failed delivery (Knative's DeliverySpec).
 *
 * @param retries attempts after the first
 * @param timeout of one attempt, the start of the subscriber's process included
 * @param retryAfterMax longest {@code Retry-After} that is obeyed; zero ignores the header, and is the default until Knative's
 *     feature {@code delivery-retryafter} is more than alpha (pkg/kncloudevents/retries.go, generateBackoffFn)
 */
record Retry(int retries, boolean exponential, Duration delay, Duration timeout, Duration retryAfterMax) {
    /** The default of Knative's Broker configuration (config-br-defaults). */
    static final DeliverySpec DEFAULT = new DeliverySpecBuilder()
            .withRetry(10)
            .withBackoffPolicy("exponential")
            .withBackoffDelay("PT0.2S")
            .build();

    /** Knative Serving's default timeoutSeconds: no subscriber that it runs takes longer. */
    private static final Duration LONGEST_REQUEST = Duration.ofMinutes(5);

    private static final Duration LONGEST_BACKOFF = Duration.ofDays(1);

    static Retry of(Manifest manifest, DeliverySpec spec) {
        int retries = spec.getRetry() == null ? 0 : spec.getRetry();
        if (retries < 0) {
            throw invalid(manifest, "retry", "0 or more is expected, not " + retries);
        }
        Duration timeout = duration(manifest, "timeout", spec.getTimeout(), LONGEST_REQUEST);
        if (timeout.isZero()) {
            throw invalid(manifest, "timeout", "must be longer than 0");
        }
        return new Retry(
                retries,
                !Subscription.isFirst(
                        "linear",
                        "exponential",
                        spec.getBackoffPolicy(),
                        manifest,
                        "spec",
                        "delivery",
                        "backoffPolicy"),
                duration(manifest, "backoffDelay", spec.getBackoffDelay(), Duration.parse(DEFAULT.getBackoffDelay())),
                timeout,
                duration(manifest, "retryAfterMax", spec.getRetryAfterMax(), Duration.ZERO));
    }

    /**
     * Until the given retry, the first being 1: {@code delay * (retry - 1)} or {@code delay * 2^(retry - 1)}, and no
     * sooner than a subscriber asked for. So counts the mt broker (knative/eventing pkg/kncloudevents/retries.go, whose
     * {@code attemptNum} begins at 0), which is the less patient one: the Kafka broker begins at 1
     * (eventing-kafka-broker WebClientCloudEventSender.retry), and so waits twice as long.
     */
    Duration backoff(int retry, Duration retryAfter) {
        int before = retry - 1;
        // More than 2^30 days is cut off anyway, and must not overflow on the way there.
        Duration backoff = delay.multipliedBy(exponential ? 1L << Math.min(before, 30) : before);
        Duration asked = shorter(retryAfter, retryAfterMax);
        return shorter(backoff.compareTo(asked) > 0 ? backoff : asked, LONGEST_BACKOFF);
    }

    /** The data plane contract and, for 408, what Knative's dispatcher does beyond it. */
    static boolean isRetriable(int status) {
        return status >= 500 || status == 404 || status == 408 || status == 409 || status == 429;
    }

    static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration duration(Manifest manifest, String field, String value, Duration otherwise) {
        return value == null
                ? otherwise
                : Period.parse(value)
                        .orElseThrow(() -> invalid(
                                manifest, field, "an ISO 8601 duration such as PT0.5S is expected, not " + value));
    }

    private static StartException invalid(Manifest manifest, String field, String message) {
        return manifest.problem(message, "spec", "delivery", field);
    }
}
