/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
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

    @Test
    void traceOfTheRequestIsCarriedOn() {
        String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        given().header("traceparent", traceparent)
                .queryParam("length", 1)
                .post("/sequences/" + id)
                .then()
                .statusCode(204);
        await().until(() -> broker.about(id).size() == 1);
        assertEquals(traceparent, broker.about(id).getFirst().headers().get("ce-traceparent"));
    }

    private void add(int events) {
        given().queryParam("length", events).post("/sequences/" + id).then().statusCode(204);
    }
}
