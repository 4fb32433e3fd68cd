/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shop.localknative.eventing.Invocations.Invocation;

class InvocationsTest {
    private static final URI SERVICE = URI.create("http://a.shop.svc.cluster.local/events");

    private final Invocations invocations = new Invocations();

    @Test
    void ofAServiceThatNobodyCalledThereIsNothing() {
        var none = invocations.of(SERVICE.getHost());
        assertEquals(Map.of(), none.codes());
        assertEquals(Optional.empty(), none.percentile(50));
    }

    @Test
    void allAreCountedAndTheLatestThousandAreMeasured() {
        add(503, 10_000);
        for (int millis = 1; millis <= 1000; millis++) {
            add(204, millis);
        }
        var summary = invocations.of(SERVICE.getHost());
        assertEquals(Map.of(204, 1000L, 503, 1L), summary.codes());
        assertEquals(Optional.of(Duration.ofMillis(500)), summary.percentile(50));
        assertEquals(Optional.of(Duration.ofMillis(990)), summary.percentile(99));
        assertEquals(Duration.ofMillis(1000), summary.latest().getFirst().duration());
    }

    @Test
    void theSlowestOfAFewIsTheirNinetyNinthPercentile() {
        for (int millis = 1; millis <= 12; millis++) {
            add(204, millis);
        }
        var summary = invocations.of(SERVICE.getHost());
        assertEquals(Optional.of(Duration.ofMillis(6)), summary.percentile(50));
        assertEquals(Optional.of(Duration.ofMillis(12)), summary.percentile(99));
    }

    private void add(int code, long millis) {
        invocations.add(SERVICE, new Invocation(Instant.EPOCH, "a", "1", code, Duration.ofMillis(millis)));
    }
}
