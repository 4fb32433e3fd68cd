/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import shop.localknative.eventing.Subscriber.Received;

/**
 * The needs of a test of a sentence of a specification: a broker, who sends to it over the wire, who is sent to. The tests
 * are named after the sentences, of which those that say MUST or SHOULD to a broker are all there.
 */
abstract class Conformance extends EventingTest {

    /** A valid event with the id 1. */
    static final String EVENT = """
            POST /shop/default HTTP/1.1
            Host: broker
            ce-specversion: 1.0
            ce-id: 1
            ce-source: /tests
            ce-type: t
            Content-Type: application/json

            {}""";

    private TestEventing broker;

    @AfterEach
    final void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    /** Starts the Broker default with these Triggers. */
    final void triggers(String... triggers) {
        broker = new TestEventing(
                db.pool,
                Stream.concat(Stream.of(TestEventing.BROKER), Stream.of(triggers))
                        .toArray(String[]::new));
    }

    /** A Trigger for all events, with a dead letter sink. */
    final String trigger(String delivery) {
        return TestEventing.trigger(
                "t",
                TestEventing.to(subscriber)
                        + ", delivery: {backoffPolicy: linear, backoffDelay: PT0.01S, deadLetterSink: {uri: '%s'}, %s}"
                                .formatted(deadLetters.url(), delivery));
    }

    /** A Trigger for events of one type, without retries. */
    final String trigger(String name, Subscriber to, String type) {
        return TestEventing.trigger(
                name, TestEventing.to(to) + ", filter: {attributes: {type: %s}}, delivery: {retry: 0}".formatted(type));
    }

    /** {@link #EVENT} or another request, as it goes over the wire. */
    final Wire send(String request) {
        return Wire.exchange(broker.url("default"), request);
    }

    /** An event in structured mode. */
    final Wire sendStructured(String json) {
        return send("POST /shop/default HTTP/1.1\nHost: broker\nContent-Type: application/cloudevents+json\n\n" + json);
    }

    /** {@link #EVENT} with one more header. */
    static String eventWith(String header) {
        return EVENT.replace("\n\n", "\n" + header + "\n\n");
    }

    /** All that has arrived once nothing is under way any more. */
    final List<Received> received(Subscriber by) {
        await().until(() -> db.pending() == 0);
        return by.received;
    }

    /** The event that arrived, which must be the only one. */
    final Received receivedOne(Subscriber by) {
        List<Received> all = received(by);
        if (all.size() != 1) {
            throw new AssertionError("expected one event, but was " + all);
        }
        return all.getFirst();
    }
}
