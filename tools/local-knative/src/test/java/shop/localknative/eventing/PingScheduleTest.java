/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.to;
import static shop.localknative.eventing.TestEventing.trigger;

import java.net.URI;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.localknative.eventing.Subscriber.Answer;
import shop.localknative.eventing.Subscriber.Received;

class PingScheduleTest {

    static String ping(String spec) {
        return """
                apiVersion: sources.knative.dev/v1
                kind: PingSource
                metadata: {namespace: shop, name: p}
                spec: {%s}
                """.formatted(spec);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            */10 * * * *     | -             | 2026-01-01T00:10Z[UTC]
            * * * * *        | -             | 2026-01-01T00:01Z[UTC]
            0 12 * * MON     | -             | 2026-01-05T12:00Z[UTC]
            0 0 13 * 5       | -             | 2026-01-02T00:00Z[UTC]
            0 9 * * *        | Europe/Berlin | 2026-01-01T09:00+01:00[Europe/Berlin]
            0 12 1 7 *       | Europe/Berlin | 2026-07-01T12:00+02:00[Europe/Berlin]
            */15 * * * * *   | -             | 2026-01-01T00:00:15Z[UTC]
            @hourly          | -             | 2026-01-01T01:00Z[UTC]
            """)
    void firesByItsCron(String schedule, String timezone, String next) {
        String zone = timezone == null ? "" : ", timezone: " + timezone;
        var source = TestEventing.read(
                        ping("schedule: '%s', sink: {uri: 'http://127.0.0.1:1/'}%s".formatted(schedule, zone)))
                .all()
                .getFirst();
        PingSchedule ping = new PingSchedule(source, new Sink.Resolver(d -> URI.create(d.getUri()), null), null, null);

        assertEquals(
                ZonedDateTime.parse(next),
                ping.next(Instant.parse("2026-01-01T00:00:00Z")).orElseThrow());
    }

    @Test
    void pingsTheBrokerEverySecond() throws Exception {
        try (Database db = new Database();
                Subscriber subscriber = new Subscriber();
                TestEventing broker = new TestEventing(
                        db.pool,
                        BROKER,
                        trigger("t", to(subscriber) + ", filter: {attributes: {type: dev.knative.sources.ping}}"),
                        ping(
                                "schedule: '* * * * * *', contentType: text/plain, data: 'Hello, world!',"
                                        + " ceOverrides: {extensions: {colour: blue}},"
                                        + " sink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}"))) {
            assertNotNull(broker);
            await().until(() -> subscriber.received.size() >= 2);

            Received first = subscriber.received.get(0);
            assertEquals("Hello, world!", first.text());
            assertEquals("text/plain", first.headers().get("content-type"));
            assertEquals(
                    "/apis/v1/namespaces/shop/pingsources/p", first.headers().get("ce-source"));
            assertEquals("blue", first.headers().get("ce-colour"));
            assertNotNull(first.headers().get("ce-time"));
            assertNotEquals(first.id(), subscriber.received.get(1).id());
        }
    }

    @Test
    void aSinkThatFailsIsTriedAgainWithTheSameEvent() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (Database db = new Database();
                Subscriber sink =
                        new Subscriber().answering(e -> Answer.status(calls.incrementAndGet() < 3 ? 503 : 202));
                TestEventing eventing = new TestEventing(
                        db.pool,
                        ping("schedule: '* * * * * *', dataBase64: aGVsbG8=, sink: {uri: '%s', audience: a}"
                                .formatted(sink.url())))) {
            assertNotNull(eventing);
            await().until(() -> sink.received.size() >= 3);

            assertEquals(sink.received.get(0).id(), sink.received.get(2).id());
            assertEquals("hello", sink.received.get(2).text());
            // Eventing, pkg/adapter/mtping/runner.go, newPingSourceClient
            assertEquals(
                    "Bearer system:serviceaccount:shop:p-oidc-sources.knative.dev-pingsource for a",
                    sink.received.get(2).headers().get("authorization"));
        }
    }
}
