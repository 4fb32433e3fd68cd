/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.events.EventTypes.PING;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.CloudEvents;
import shop.testkit.Metrics;
import shop.testkit.PostgresResource;
import shop.testkit.RecordingBroker;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class DeadLetterTest {
    private static final String DESTINATION = "http://authorize-payment.shop.svc.cluster.local/";
    private static final String SCHEDULE = "/apis/v1/namespaces/shop/pingsources/dead-letters-sweep";
    /** As no JSON library would write it again. */
    private static final String DATA = "{ \"amount\" : 1.00e2,\n\t\"name\":\"Zo\\u00eb \u00eb\",\"list\":[ ] }";

    private final RecordingBroker broker = RecordingBroker.shared();
    private final UUID admin = UUID.randomUUID();
    /** Each test has its own, and so finds its own dead letters only. */
    private final String type = "test." + UUID.randomUUID();

    private final String source = "/" + type;

    PostgresResource outside;

    @AfterEach
    void brokerIsUp() {
        broker.answer(202);
    }

    @Test
    void binaryEventIsKeptByteForByte() {
        byte[] data = {0, -1, 'a', '\n', -61};
        arrives(binary("1").contentType("application/octet-stream").body(data));
        details()
                .body("eventId", equalTo("1"))
                .body("source", equalTo(source))
                .body("attributes.specversion", equalTo("1.0"))
                .body("attributes.time", equalTo("2026-01-01T00:00:00.123456789Z"))
                .body("attributes.partitionkey", equalTo("key"))
                .body("attributes.datacontenttype", equalTo("application/octet-stream"))
                .body("dataBase64", equalTo(base64(data)))
                .body("$", not(hasKey("data")))
                .body("destination", equalTo(DESTINATION))
                .body("code", equalTo(503))
                .body("deliveries", equalTo(1))
                .body("replayed", equalTo(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {DATA, "[1 ,2]", "\"a\\u0062c\"", "1.50", "true", "null"})
    void structuredEventsDataIsKeptByteForByte(String data) {
        arrives(structured("1", "\"data\": " + data + " "));
        details()
                .body("data", equalTo(data))
                .body("attributes.datacontenttype", equalTo("application/json"))
                .body("attributes.knativeerrorcode", equalTo("503"))
                .body("code", equalTo(503));
    }

    @Test
    void structuredEventsDataThatIsNotJsonIsDecoded() {
        byte[] data = {0, -1, 7};
        arrives(structured("1", "\"datacontenttype\":\"image/png\",\"data_base64\":\"" + base64(data) + "\""));
        details().body("dataBase64", equalTo(base64(data))).body("attributes.datacontenttype", equalTo("image/png"));
    }

    @Test
    void arrivalsAreCountedByReasonAndThoseThatWaitAreShown() {
        double before = metric("dead_letters_received_total{reason=\"failed\"}");
        arrives(structured("1", "\"data\": 1"));
        assertEquals(before + 1, metric("dead_letters_received_total{reason=\"failed\"}"));
        arrives(structured("2", "\"data\": 1"));
        arrives(structured("3", "\"data\": 1"));
        admin().delete("/dead-letters/" + id()).then().statusCode(204);
        double waiting = metric("dead_letters_waiting");
        admin().delete("/dead-letters/" + id()).then().statusCode(204);
        assertEquals(waiting - 1, metric("dead_letters_waiting"));
        replay(Map.of("ids", List.of(id()))).body("replayed", hasSize(1));
        assertEquals(waiting - 2, metric("dead_letters_waiting"));
    }

    private double metric(String series) {
        return Metrics.value(outside.managementPort(), series);
    }

    @Test
    void structuredTextIsKeptAsText() {
        arrives(structured("1", "\"datacontenttype\":\"text/plain\",\"data\":\"a\\nb\""));
        details().body("data", equalTo("a\nb"));
    }

    @Test
    void eventWithoutDataIsKept() {
        arrives(binary("1"));
        details().body("dataBase64", equalTo(""));
    }

    @Test
    void reasonIsReadableHoweverTheBrokerWroteIt() {
        arrives(binary("1").header("ce-knativeerrordata", base64("it failed\nthere \u00eb".getBytes())));
        arrives(binary("2").header("ce-knativeerrordata", "it failed"));
        arrives(binary("3").header("ce-knativeerrordata", "notfound"));
        list().body("items.reason", contains("notfound", "it failed", "it failed\nthere \u00eb"));
    }

    @Test
    void reasonWithLineBreaksDoesNotMakeTheEventUnreadable() {
        arrives(structured("1", "\"knativeerrordata\": \"it failed\\nthere\\u0000\""));
        details().body("reason", equalTo("it failed there ")).body("$", not(hasKey("unreadable")));
    }

    @Test
    void sameDeadLetterAgainIsCountedAndNotDoubled() {
        arrives(binary("1"));
        arrives(binary("1"));
        arrives(binary("2"));
        arrives(binary("1", "http://elsewhere/"));
        list().body("items.eventId", contains("1", "2", "1")).body("items.deliveries", contains(1, 1, 2));
    }

    @Test
    void sameDeadLetterAtTheSameInstantIsKeptOnce() {
        together(8, i -> arrives(binary("1")));
        list().body("items", hasSize(1)).body("items[0].deliveries", equalTo(8));
    }

    @Test
    void whatIsNoEventIsKeptAsItCame() {
        String body = "{ \"neither\": this nor that";
        arrives(given().contentType("application/cloudevents+json")
                .header("ce-type", type)
                .header("ce-knativeerrordest", DESTINATION)
                .body(body));
        details()
                .body("data", equalTo(body))
                .body("unreadable", not(equalTo("")))
                .body("destination", equalTo(DESTINATION))
                .body("attributes.datacontenttype", startsWith("application/cloudevents+json"));
        problem(admin().post("/dead-letters/" + id() + "/replay"), 409, "not-replayable");
        problem(requestReplay(Map.of("ids", List.of(id()))), 409, "not-replayable");
        assertEquals(List.of(), replayAllOfThisTest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text",
                "foo",
                "application/",
                "/json",
                ";",
                "a/b;c",
                "a/b; q=\"",
                "text/plain, text/html",
                "\u00e9/x"
            })
    void contentTypeThatIsNoMediaTypeIsKeptAndReplayedAsItIs(String contentType) throws Exception {
        byte[] data = {0, -1, 'a', '\n', -61};
        assertEquals(204, post(headers("1", "Content-Type: " + contentType), data));
        details()
                .body("attributes.datacontenttype", equalTo(contentType))
                .body("dataBase64", equalTo(base64(data)))
                .body("$", not(hasKey("unreadable")));
        admin().post("/dead-letters/" + id() + "/replay").then().statusCode(202);
        await().until(() -> !replayed().isEmpty());
        assertEquals(contentType, replayed().getFirst().headers().get("Content-Type"));
        assertEquals(new String(data, UTF_8), replayed().getFirst().body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ce-: x",
                "ce-a_b: x",
                "ce-time: noon",
                "ce-specversion: 9",
                "ce-dataschema: ::",
                "ce-anything: %00",
                "ce-anything: %ED%A0%80",
                "ce-anything: %EF%BF%BF",
                "ce-anything:",
                "ce-datacontenttype: text/plain",
                "Content-Encoding: gzip",
                "Accept: nothing"
            })
    void headerThatNoEventHasIsNoReasonToRefuse(String header) throws Exception {
        byte[] data = {0, -1, 'a', '\n', -61};
        String headers = headers("1", header);
        if (header.startsWith("ce-specversion")) {
            headers = headers.replace("ce-specversion: 1.0\r\n", "");
        }
        assertEquals(204, post(headers, data));
        details().body("dataBase64", equalTo(base64(data)));
    }

    @Test
    void attributeThatIsThereTwiceIsKeptTwice() throws Exception {
        assertEquals(204, post(headers("1", "Content-Type: text/plain", "content-type: text"), "a".getBytes(UTF_8)));
        details()
                .body("attributes.datacontenttype", equalTo("text/plain, text"))
                .body("unreadable", containsString("twice"))
                .body("data", equalTo("a"));
    }

    /** As much as Kourier's Envoy reads, of which a cluster-local service is behind (max_request_headers_kb, 60 by default). */
    @ParameterizedTest
    @ValueSource(
            strings = {"ce-id", "ce-partitionkey", "ce-subject", "ce-anything", "Content-Type", "ce-knativeerrordest"})
    void headersAsLongAsABrokersAreKeptAndReplayed(String header) throws Exception {
        String random = new Random(7)
                .ints(59 << 10, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        String id = header.equals("ce-id") ? random : "1";
        assertEquals(204, post(headers(id, header + ": " + random), DATA.getBytes(UTF_8)));
        details().body("data", equalTo(DATA)).body("eventId", equalTo(id)).body("$", not(hasKey("unreadable")));
        admin().post("/dead-letters/" + id() + "/replay").then().statusCode(202);
        await().until(() -> broker.received().stream()
                .anyMatch(event -> source.equals(event.headers().get("ce-source"))));
        Map<String, String> sent = broker.received().stream()
                .filter(event -> source.equals(event.headers().get("ce-source")))
                .findFirst()
                .orElseThrow()
                .headers();
        assertEquals(header.startsWith("ce-knativeerror") ? null : random, sent.get(header));
    }

    @Test
    void eventThatLacksAnAttributeIsKept() {
        arrives(given().header("ce-specversion", "1.0").header("ce-type", type).body(DATA.getBytes(UTF_8)));
        details().body("data", equalTo(DATA)).body("unreadable", containsString("'id'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u0000", "\\ud800", "\\uffff"})
    void attributeThatPostgreSqlCannotHoldDoesNotLoseTheEvent(String character) {
        String body =
                "{\"specversion\":\"1.0\",\"id\":\"a%sb\",\"source\":\"/test\",\"type\":\"t\"}".formatted(character);
        arrives(given().contentType("application/cloudevents+json")
                .header("ce-type", type)
                .body(body));
        details().body("data", equalTo(body)).body("unreadable", containsString("control characters"));
    }

    @Test
    void longAttributeAndLongDataAreKept() {
        String data = "a".repeat(2 << 20);
        arrives(binary("i".repeat(4000)).contentType(ContentType.TEXT).body(data));
        details().body("data", equalTo(data)).body("eventId", equalTo("i".repeat(4000)));
    }

    @Test
    void scheduledPingSweepsAndIsNoDeadLetterButADeadLetteredPingIs() {
        String swept = UUID.randomUUID().toString();
        String dead = UUID.randomUUID().toString();
        String odd = UUID.randomUUID().toString();
        arrives(event(odd, PING, SCHEDULE).contentType("text/plain").body("no data of a ping"));
        arrives(event(swept, PING, SCHEDULE).contentType(ContentType.JSON).body("{}"));
        arrives(event(dead, PING, SCHEDULE)
                .header("ce-knativeerrordest", DESTINATION)
                .header("ce-knativeerrorcode", "500"));
        admin().get("/dead-letters?source=" + SCHEDULE)
                .then()
                .body("items.eventId", hasItems(dead, odd))
                .body("items.eventId", not(hasItem(swept)));
    }

    /**
     * After a time-out, or a reply that is none, the mt broker's dead letters say nothing of the failure (knative/eventing
     * pkg/kncloudevents/event_dispatcher.go, dispatchExecutionInfoTransformers): the Trigger's own sink does.
     */
    @Test
    void eventThatSeveralTriggersCouldNotDeliverIsADeadLetterOfEach() {
        for (String trigger : List.of("notify-customer", "order-events", "notify-customer")) {
            arrives(event("1", type, source).header("ce-subject", type), trigger);
        }
        list().body("items.trigger", contains("order-events", "notify-customer"))
                .body("items.deliveries", contains(1, 2))
                .body("items[0]", not(hasKey("destination")))
                .body("items[0]", not(hasKey("code")))
                .body("items[0]", not(hasKey("unreadable")));
        list("trigger=notify-customer").body("items.deliveries", contains(2));
        details().body("trigger", equalTo("order-events"));
        assertEquals(
                1,
                replay(Map.of("filter", Map.of("type", type, "trigger", "order-events")))
                        .extract()
                        .<List<String>>path("replayed")
                        .size());
        await().until(() -> replayed().size() == 1);
    }

    @Test
    void failureOfTheSameTriggerIsTheLatestOne() {
        arrives(event("1", type, source), "notify-customer");
        arrives(binary("1"), "notify-customer");
        list().body("items", hasSize(1)).body("items[0].destination", equalTo(DESTINATION));
        arrives(event("1", type, source), "notify-customer");
        list().body("items.deliveries", contains(3)).body("items[0]", not(hasKey("destination")));
    }

    @Test
    void pingThatATriggerCouldNotDeliverIsADeadLetterThoughNothingSaysSo() {
        arrives(event("1", PING, source), "heartbeat");
        arrives(event("2", PING, source));
        admin().get("/dead-letters?source=" + source).then().body("items.eventId", contains("2", "1"));
        String id = UUID.randomUUID().toString();
        arrives(event(id, PING, SCHEDULE), "dead-letters-sweep");
        admin().get("/dead-letters?trigger=dead-letters-sweep&source=" + SCHEDULE)
                .then()
                .body("items.eventId", hasItem(id));
    }

    @Test
    void whatIsNoEventIsADeadLetterOfItsTrigger() {
        for (String trigger : List.of("notify-customer", "order-events", "order-events")) {
            arrives(
                    given().contentType(ContentType.TEXT)
                            .header("ce-type", type)
                            .body("no event"),
                    trigger);
        }
        list().body("items.trigger", contains("order-events", "notify-customer"))
                .body("items.deliveries", contains(2, 1));
    }

    @Test
    void nameThatNoTriggerCanHaveLosesNothing() {
        arrives(binary("1"), "a%01%0Ab"); // NUL is in no target that a service reads
        details().body("trigger", equalTo("a  b"));
    }

    @Test
    void sweepPublishesWhatTheBrokerDidNotTake() {
        arrives(binary("1"));
        broker.answer(503);
        admin().post("/dead-letters/" + id() + "/replay").then().statusCode(202);
        broker.answer(202);
        arrives(event("1", PING, SCHEDULE));
        await().until(() -> replayed().size() == 1);
    }

    @Test
    void replaySendsTheEventWithItsIdAndWithoutTheFailure() {
        arrives(binary("1")
                .contentType(ContentType.JSON)
                .header("ce-knativeerrordata", "why")
                .body(DATA));
        String id = id();
        admin().post("/dead-letters/" + id + "/replay")
                .then()
                .statusCode(202)
                .body("replayed", equalTo(true))
                .body("replays", hasSize(1))
                .body("replays[0].by", equalTo(admin.toString()));
        await().until(() -> !replayed().isEmpty());
        RecordingBroker.Received event = replayed().getFirst();
        assertEquals(DATA, event.body());
        assertEquals("application/json", event.headers().get("Content-Type"));
        assertEquals("1", event.headers().get("ce-id"));
        assertEquals(source, event.headers().get("ce-source"));
        assertEquals("key", event.headers().get("ce-partitionkey"));
        assertEquals("2026-01-01T00:00:00.123456789Z", event.headers().get("ce-time"));
        assertTrue(event.headers().keySet().stream().noneMatch(name -> name.contains("knativeerror")));
        details().body("destination", equalTo(DESTINATION)).body("attributes", hasKey("knativeerrordata"));
    }

    @Test
    void replayOfAStructuredEventSendsTheSameBytes() {
        arrives(structured("1", "\"data\": " + DATA));
        admin().post("/dead-letters/" + id() + "/replay").then().statusCode(202);
        await().until(() -> !replayed().isEmpty());
        assertEquals(DATA, replayed().getFirst().body());
        assertEquals("application/json", replayed().getFirst().headers().get("Content-Type"));
    }

    @Test
    void attributesThatAreNotAsciiSurvive() {
        arrives(structured("1", "\"place\": \"caf\u00e9 50%\""));
        details().body("attributes.place", equalTo("caf\u00e9 50%"));
        admin().post("/dead-letters/" + id() + "/replay").then().statusCode(202);
        await().until(() -> !replayed().isEmpty());
        assertEquals("caf%C3%A9%2050%25", replayed().getFirst().headers().get("ce-place"));
        arrives(binary("2").header("ce-place", "caf%C3%A9%2050%25"));
        details().body("attributes.place", equalTo("caf\u00e9 50%"));
    }

    @Test
    void deadLetterThatComesBackAfterItsReplayIsOpenAgain() {
        arrives(binary("1"));
        String id = id();
        admin().post("/dead-letters/" + id + "/replay").then().statusCode(202);
        list("replayed=true").body("items.id", contains(id));
        arrives(binary("1"));
        list("replayed=true").body("items", empty());
        details().body("replays", hasSize(1)).body("deliveries", equalTo(2)).body("replayed", equalTo(false));
        admin().post("/dead-letters/" + id + "/replay").then().body("replays", hasSize(2));
    }

    @Test
    void manyAreReplayedByFilterInTheOrderOfTheirArrival() {
        for (int i = 0; i < 5; i++) {
            arrives(binary(String.valueOf(i)));
        }
        assertEquals(5, replayAllOfThisTest().size());
        await().until(() -> replayed().size() == 5);
        assertEquals(
                List.of("0", "1", "2", "3", "4"),
                replayed().stream().map(RecordingBroker.Received::id).toList());
        assertEquals(List.of(), replayAllOfThisTest());
    }

    @Test
    void someAreReplayedByIdOrNone() {
        arrives(binary("1"));
        arrives(binary("2"));
        List<String> ids = list().extract().path("items.id");
        UUID unknown = UUID.randomUUID();
        problem(requestReplay(Map.of("ids", List.of(ids.getFirst(), unknown.toString()))), 404, "not-found")
                .body("detail", containsString(unknown.toString()));
        list("replayed=true").body("items", empty());
        replay(Map.of("ids", ids)).body("replayed", hasSize(2));
        list("replayed=true").body("items", hasSize(2));
    }

    @Test
    void listIsFiltered() {
        arrives(binary("1"));
        arrives(binary("2", "http://elsewhere/").header("ce-knativeerrordata", "x"));
        list("destination=http://elsewhere/").body("items.eventId", contains("2"));
        list("code=503").body("items", hasSize(2));
        list("code=400").body("items", empty());
        list("source=" + source).body("items", hasSize(2));
        list("source=/other").body("items", empty());
        list("replayed=false").body("items", hasSize(2));
    }

    @Test
    void eventIsPublishedOnceByTwoWhoReplayAllAtTheSameTime() {
        for (int i = 0; i < 20; i++) {
            arrives(binary(String.valueOf(i)));
        }
        List<List<String>> answers = together(4, i -> replayAllOfThisTest());
        assertEquals(20, answers.stream().mapToInt(List::size).sum());
        await().until(() -> replayed().size() >= 20);
        assertEquals(
                IntStream.range(0, 20).mapToObj(String::valueOf).toList(),
                replayed().stream().map(RecordingBroker.Received::id).toList());
        details().body("replays", hasSize(1));
    }

    @Test
    void deadLetterIsReplayedOrDeletedWhicheverComesFirst() {
        for (int i = 0; i < 20; i++) {
            arrives(binary(String.valueOf(i)));
        }
        List<List<String>> answers = together(4, i -> i % 2 == 0 ? replayAllOfThisTest() : deleteAllOfThisTest());
        int replayed = answers.get(0).size() + answers.get(2).size();
        assertEquals(20, answers.get(1).size() + answers.get(3).size() + left());
        await().until(() -> replayed().size() == replayed);
    }

    @Test
    void oneIsDeleted() {
        arrives(binary("1"));
        arrives(binary("2"));
        String id = id();
        admin().post("/dead-letters/" + id + "/replay").then().statusCode(202);
        admin().delete("/dead-letters/" + id).then().statusCode(204);
        problem(admin().get("/dead-letters/" + id), 404, "not-found");
        problem(admin().delete("/dead-letters/" + id), 404, "not-found");
        list().body("items.eventId", contains("1"));
    }

    @Test
    void replayGoesOnThoughItsDeadLetterIsDeleted() {
        replayIsUnderWayAndTheFirstDeadLetterDeleted();
        broker.answer(202);
        await().until(() -> replayed().size() == 2);
    }

    /** Both events have one key: were the first still in the outbox, the second would wait for it. */
    @Test
    void refusedReplayOfADeletedDeadLetterMakesWay() {
        replayIsUnderWayAndTheFirstDeadLetterDeleted();
        broker.answer(400);
        await().until(() -> list("refused=true")
                .extract()
                .<List<String>>path("items.eventId")
                .equals(List.of("2")));
        list().body("items.eventId", contains("2")); // what was deleted does not come back
        assertEquals(List.of(), replayed());
    }

    private void replayIsUnderWayAndTheFirstDeadLetterDeleted() {
        broker.answer(503);
        arrives(binary("1"));
        String first = id();
        arrives(binary("2"));
        assertEquals(2, replayAllOfThisTest().size());
        admin().delete("/dead-letters/" + first).then().statusCode(204);
    }

    /** RFC 9110, 13.1.1 and 13.1.2: an admin replays and deletes what was read, and not what has arrived again meanwhile. */
    @Test
    void onlyTheStateThatWasReadIsReplayedAndDeleted() {
        arrives(binary("1"));
        String path = "/dead-letters/" + id();
        String first = admin().get(path).header("ETag");
        admin().header("If-None-Match", first).get(path).then().statusCode(304);
        arrives(binary("1"));
        problem(admin().header("If-Match", first).post(path + "/replay"), 412, "precondition-failed");
        problem(admin().header("If-Match", first).delete(path), 412, "precondition-failed");
        String second = admin().get(path).header("ETag");
        admin().header("If-Match", second).post(path + "/replay").then().statusCode(202);
        problem(admin().header("If-Match", second).post(path + "/replay"), 412, "precondition-failed");
        admin().header("If-Match", "*").delete(path).then().statusCode(204);
    }

    @Test
    void deletedDeadLetterThatArrivesAgainIsANewOne() {
        arrives(binary("1"));
        admin().delete("/dead-letters/" + id()).then().statusCode(204);
        arrives(binary("1"));
        details().body("deliveries", equalTo(1)).body("replays", empty());
    }

    @Test
    void manyAreDeletedByFilter() {
        arrives(binary("1"));
        arrives(binary("2", "http://elsewhere/"));
        arrives(binary("3"));
        delete(Map.of("filter", Map.of("type", type, "destination", DESTINATION)))
                .body("deleted", hasSize(2));
        list().body("items.eventId", contains("2"));
        delete(Map.of("filter", Map.of("type", type, "replayed", true))).body("deleted", empty());
    }

    @Test
    void someAreDeletedByIdOrNone() {
        arrives(binary("1"));
        String id = id();
        problem(requestDeletion(Map.of("ids", List.of(id, UUID.randomUUID()))), 404, "not-found");
        list().body("items", hasSize(1));
        delete(Map.of("ids", List.of(id))).body("deleted", contains(id));
        list().body("items", empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"filter\": {}}", "{\"ids\": []}", "{\"filter\": {\"typo\": \"a\"}}"})
    void deletionThatNamesNothingIsRefused(String request) {
        problem(
                admin().contentType(ContentType.JSON).body(request).post("/dead-letters/delete"),
                400,
                "invalid-request");
    }

    @Test
    void replayThatTheBrokerRefusesForGoodIsNoReplay() {
        arrives(binary("1"));
        arrives(binary("2"));
        broker.answer(400);
        String id = id();
        admin().post("/dead-letters/" + id + "/replay").then().statusCode(202);
        await().until(() ->
                list("refused=true").extract().<List<String>>path("items.id").equals(List.of(id)));
        details()
                .body("replayed", equalTo(false))
                .body("refused", equalTo("it answered 400"))
                .body("replays.refused", contains("it answered 400"));
        broker.answer(202);
        assertEquals(1, replayAllOfThisTest().size(), "what was refused is left out");
        await().until(() -> replayed().size() == 1);
        assertEquals(
                1,
                replay(Map.of("filter", Map.of("type", type, "refused", true)))
                        .extract()
                        .<List<String>>path("replayed")
                        .size());
        await().until(() -> replayed().size() == 2);
        details().body("replayed", equalTo(true)).body("$", not(hasKey("refused")));
    }

    @Test
    void listIsPaged() {
        for (int i = 0; i < 5; i++) {
            arrives(binary(String.valueOf(i)));
        }
        String next = list("limit=2")
                .body("items.eventId", contains("4", "3"))
                .extract()
                .path("next");
        next = list("limit=2&cursor=" + next)
                .body("items.eventId", contains("2", "1"))
                .extract()
                .path("next");
        list("limit=2&cursor=" + next).body("items.eventId", contains("0")).body("$", not(hasKey("next")));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /dead-letters?limit=0,          limit",
        "GET,  /dead-letters?replayed=perhaps, replayed",
        "GET,  /dead-letters?code=x,           code",
        "GET,  /dead-letters?cursor=x,         cursor",
        "GET,  /dead-letters?type=a%01b,       type",
        "GET,  /dead-letters?refused=perhaps,  refused",
        "GET,  /dead-letters?source=%E2%80%A8, source",
        "GET,  /dead-letters/1,                id",
        "DELETE, /dead-letters/1,              id",
        "POST, /dead-letters/1/replay,         id"
    })
    void parameterThatCannotBeTakenIsNamed(String method, String path, String name) {
        problem(admin().urlEncodingEnabled(false).request(method, path), 400, "invalid-request")
                .body("errors.name", hasItem(name));
    }

    @Test
    void unknownDeadLetterIsNotFound() {
        problem(admin().get("/dead-letters/" + UUID.randomUUID()), 404, "not-found");
        problem(admin().post("/dead-letters/" + UUID.randomUUID() + "/replay"), 404, "not-found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"ids\": []}",
                "{\"ids\": [\"x\"]}",
                "{\"filter\": {\"type\": \"a\\u0000b\"}}",
                "{\"filter\": {\"type\": \"\\ud800\"}}",
                "{\"filter\": {\"typo\": \"a\"}}"
            })
    void replayThatNamesNothingOrUnknownThingsIsRefused(String request) {
        problem(
                admin().contentType(ContentType.JSON).body(request).post("/dead-letters/replay"),
                400,
                "invalid-request");
    }

    @Test
    void replayByIdsAndByFilterAtOnceIsRefused() {
        problem(
                requestReplay(Map.of("ids", List.of(UUID.randomUUID()), "filter", Map.of("type", type))),
                400,
                "invalid-request");
    }

    @Test
    void bodyOfAnotherMediaTypeIsRefused() {
        for (String path : List.of("/dead-letters/replay", "/dead-letters/delete")) {
            problem(admin().contentType(ContentType.XML).body("<ids/>").post(path), 415, "unsupported-media-type");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dead-letters/replay", "/dead-letters/delete", "/events"})
    void bodyThatIsTooLongIsRefused(String path) {
        problem(
                admin().contentType(ContentType.JSON)
                        .body("a".repeat(16 << 20 | 1))
                        .post(path),
                413,
                "request-entity-too-large");
    }

    @Test
    void pingThatNoInboxCouldRecordIsRefused() {
        problem(event("i".repeat(3000), PING, SCHEDULE).post("/events"), 400, "not-a-cloudevent");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /dead-letters",
                "GET /dead-letters/00000000-0000-0000-0000-000000000000",
                "POST /dead-letters/00000000-0000-0000-0000-000000000000/replay",
                "POST /dead-letters/replay",
                "POST /dead-letters/delete",
                "DELETE /dead-letters/00000000-0000-0000-0000-000000000000"
            })
    void onlyAdminsMayLookAndReplay(String operation) {
        String[] request = operation.split(" ");
        problem(given().contentType(ContentType.JSON).request(request[0], request[1]), 401, "unauthenticated");
        for (String token :
                List.of(Tokens.customer(UUID.randomUUID()), Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT))) {
            problem(
                    given().contentType(ContentType.JSON).auth().oauth2(token).request(request[0], request[1]),
                    403,
                    "forbidden");
        }
    }

    @Test
    void openApiDocumentsTheErrors() {
        given().accept(ContentType.JSON)
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("paths.'/dead-letters/{id}/replay'.post.responses", hasKey("409"))
                .body("paths.'/dead-letters/{id}/replay'.post.responses", hasKey("401"))
                .body(
                        "paths.'/dead-letters/{id}/replay'.post.responses.'202'.content.'application/json'.schema",
                        hasKey("$ref"))
                .body(
                        "paths.'/dead-letters/{id}'.get.responses.'200'.content.'application/json'.schema",
                        hasKey("$ref"))
                .body("paths.'/events'.post.responses", hasKey("204"));
    }

    private RequestSpecification binary(String id) {
        return binary(id, DESTINATION);
    }

    private RequestSpecification binary(String id, String destination) {
        return event(id, type, source)
                .header("ce-subject", type)
                .header("ce-time", "2026-01-01T00:00:00.123456789Z")
                .header("ce-partitionkey", "key")
                .header("ce-knativeerrordest", destination)
                .header("ce-knativeerrorcode", "503");
    }

    private static RequestSpecification event(String id, String type, String source) {
        return CloudEvents.binary(type, source, id);
    }

    private RequestSpecification structured(String id, String data) {
        return CloudEvents.structured("""
                        { "specversion": "1.0", "id": "%s", "source": "%s", "type": "%s", "subject": "%s",
                          "knativeerrordest": "%s", "knativeerrorcode": 503, %s}""".formatted(id, source, type, type, DESTINATION, data));
    }

    /** As it comes from the sink of this Trigger. */
    private static void arrives(RequestSpecification event, String trigger) {
        event.urlEncodingEnabled(false)
                .post("/events?trigger=" + trigger)
                .then()
                .statusCode(204);
    }

    private static ValidatableResponse arrives(RequestSpecification event) {
        return event.post("/events").then().statusCode(204);
    }

    private RequestSpecification admin() {
        return given().auth().oauth2(Tokens.people(admin.toString(), "admin"));
    }

    private ValidatableResponse list(String... parameters) {
        return admin().get("/dead-letters?type=" + type + "&" + String.join("&", parameters))
                .then()
                .statusCode(200);
    }

    private String id() {
        return list().extract().path("items[0].id");
    }

    private ValidatableResponse details() {
        return admin().get("/dead-letters/" + id()).then().statusCode(200);
    }

    private Response requestReplay(Map<String, ?> request) {
        return admin().contentType(ContentType.JSON).body(request).post("/dead-letters/replay");
    }

    private ValidatableResponse replay(Map<String, ?> request) {
        return requestReplay(request).then().statusCode(202);
    }

    private Response requestDeletion(Map<String, ?> request) {
        return admin().contentType(ContentType.JSON).body(request).post("/dead-letters/delete");
    }

    private ValidatableResponse delete(Map<String, ?> request) {
        return requestDeletion(request).then().statusCode(200);
    }

    private List<String> deleteAllOfThisTest() {
        return delete(Map.of("filter", Map.of("type", type))).extract().path("deleted");
    }

    private int left() {
        return list("limit=100").extract().<List<String>>path("items.id").size();
    }

    /** The header lines of an event in binary mode. */
    private String headers(String id, String... more) {
        List<String> lines =
                new ArrayList<>(List.of("ce-specversion: 1.0", "ce-source: " + source, "ce-type: " + type));
        lines.addAll(List.of(more));
        if (lines.stream().noneMatch(line -> line.startsWith("ce-id:"))) {
            lines.add("ce-id: " + id);
        }
        if (lines.stream().noneMatch(line -> line.startsWith("ce-subject:"))) {
            lines.add("ce-subject: " + type);
        }
        return String.join("\r\n", lines);
    }

    /** Sends what HTTP clients refuse to send, and returns the status of the answer. */
    private static int post(String headers, byte[] body) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n\r\n"
                            .formatted(body.length, headers)
                            .getBytes(ISO_8859_1));
            out.write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            return Integer.parseInt(answer.split(" ")[1]);
        }
    }

    private List<String> replayAllOfThisTest() {
        return replay(Map.of("filter", Map.of("type", type, "replayed", false)))
                .extract()
                .path("replayed");
    }

    private List<RecordingBroker.Received> replayed() {
        return broker.about(type);
    }

    private static String base64(byte[] data) {
        return Base64.getEncoder().encodeToString(data);
    }
}
