/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.kit.KitResource;
import shop.testkit.RecordingBroker;

/** Events that a request added to the outbox, as they come to the broker. */
@QuarkusTest
@QuarkusTestResource(KitResource.class)
class OutboxTest {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final RecordingBroker broker = RecordingBroker.shared();
    private final UUID id = UUID.randomUUID();

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
    }

    @Test
    void eventsOfOneKeyArriveInOrder() {
        add(100);
        await().until(() -> broker.about(id).size() >= 100);
        List<Integer> versions = broker.about(id).stream()
                .map(event -> JsonPath.from(event.body()).getInt("version"))
                .distinct()
                .toList();
        assertEquals(IntStream.range(0, 100).boxed().toList(), versions);
    }

    @Test
    void eventHasItsAttributes() {
        add(1);
        await().until(() -> !broker.about(id).isEmpty());
        var headers = broker.about(id).getFirst().headers();
        assertEquals("/shop/kit-test", headers.get("ce-source"));
        assertEquals(id.toString(), headers.get("ce-partitionkey"));
        assertEquals(EventTypes.schemaOf(EventTypes.USER_REGISTERED), headers.get("ce-dataschema"));
        assertEquals("application/json", headers.get("Content-Type"));
    }

    @Test
    void brokerThatIsDownFailsNobodyAndGetsTheEventsLater() {
        broker.answer(503);
        add(3);
        assertEquals(List.of(), broker.about(id));
        broker.answer(202);
        await().until(() -> broker.about(id).size() == 3);
    }

    /**
     * CloudEvents, Distributed Tracing extension: the event says where it started, the HTTP header where the hop is, which is the
     * same on the way from its source.
     */
    @Test
    void traceOfTheRequestIsCarriedOn() {
        var headers = publishedBy(Map.of("traceparent", TRACEPARENT, "tracestate", "congo=t61rcWkgMzE,rojo=\"1\""));
        assertEquals(TRACEPARENT, headers.get("ce-traceparent"));
        assertEquals("congo=t61rcWkgMzE,rojo=%221%22", headers.get("ce-tracestate")); // HTTP Protocol Binding, 3.1.3.2
        assertEquals(TRACEPARENT, headers.get("traceparent"));
        assertEquals("congo=t61rcWkgMzE,rojo=\"1\"", headers.get("tracestate"));
    }

    /** W3C Trace Context, 4.1 and 3.2.2: a trace begins with ids of its own, and asks for being recorded. */
    @Test
    void requestWithoutATraceBeginsOne() {
        String first = publishedBy(Map.of()).get("ce-traceparent");
        String second = publishedBy(Map.of()).get("ce-traceparent");
        assertTrue(first.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-03"), first);
        assertNotEquals(first.substring(3, 35), second.substring(3, 35));
        assertNotEquals(first.substring(36, 52), second.substring(36, 52));
    }

    /** Section 3.3: without a traceparent that can be read, nothing of the tracestate is. */
    @Test
    void unreadableTraceIsNotCarriedOn() {
        var headers =
                publishedBy(Map.of("traceparent", TRACEPARENT.replace('b', 'B'), "tracestate", "congo=t61rcWkgMzE"));
        assertNotEquals(
                TRACEPARENT.substring(3, 35), headers.get("ce-traceparent").substring(3, 35));
        assertNull(headers.get("ce-tracestate"));
    }

    /** The headers of the last event that a request with these made. */
    private Map<String, String> publishedBy(Map<String, String> headers) {
        int before = broker.about(id).size();
        given().headers(headers)
                .queryParam("length", 1)
                .post("/sequences/" + id)
                .then()
                .statusCode(204);
        await().until(() -> broker.about(id).size() > before);
        return broker.about(id).getLast().headers();
    }

    private void add(int events) {
        given().queryParam("length", events).post("/sequences/" + id).then().statusCode(204);
    }
}
