/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.to;
import static shop.localknative.eventing.TestEventing.trigger;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
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

    /** knative/eventing pkg/adapter/mtping/runner.go, makeEvent: SetData gives data its type. */
    @Test
    void contentTypeIsThatOfTheDataAndTheNamespaceIsAHeader() throws Exception {
        try (Database db = new Database();
                Subscriber sink = new Subscriber();
                TestEventing _ = new TestEventing(
                        db.pool,
                        ping("schedule: '* * * * * ?', contentType: text/plain, sink: {uri: '%s'}"
                                .formatted(sink.url())))) {
            await().until(() -> !sink.received.isEmpty());
            assertNull(sink.received.getFirst().headers().get("content-type"));
            assertEquals("shop", sink.received.getFirst().headers().get("kn-namespace"));
        }
    }

    @Test
    void pingsTheBrokerEverySecond() throws Exception {
        try (Database db = new Database();
                Subscriber subscriber = new Subscriber();
                TestEventing _ = new TestEventing(
                        db.pool,
                        BROKER,
                        trigger("t", to(subscriber) + ", filter: {attributes: {type: dev.knative.sources.ping}}"),
                        ping(
                                "schedule: '* * * * * *', contentType: text/plain, data: 'Hello, world!',"
                                        + " ceOverrides: {extensions: {colour: blue}},"
                                        + " sink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}"))) {
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
                TestEventing _ = new TestEventing(
                        db.pool,
                        ping("schedule: '* * * * * *', dataBase64: aGVsbG8=, sink: {uri: '%s', audience: a}"
                                .formatted(sink.url())))) {
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
