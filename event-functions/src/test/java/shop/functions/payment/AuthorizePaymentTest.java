/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import shop.events.EventTypes;
import shop.events.Uuids;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Outside;
import shop.functions.Party;
import shop.functions.Party.Answer;

@QuarkusTest
@TestProfile(Exported.AuthorizePayment.class)
@WithTestResource(Outside.class)
class AuthorizePaymentTest {
    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final UUID order = UUID.randomUUID();

    Outside outside;

    @AfterEach
    void nothingMoreIsLogged() {
        outside.unset("logged-functions", "none");
    }

    @BeforeEach
    void anOrderThatIsDueAndAProviderThatCharges() {
        outside.orderService.answers(due());
        outside.paymentProvider.answers(charged());
    }

    @ParameterizedTest
    @EnumSource
    void aChargedOrderIsAuthorized(Mode mode) {
        Event event = placed().with("traceparent", TRACEPARENT);
        Response reply = event.deliver(mode);

        reply.then().statusCode(200);
        assertEquals("1.0", mode.attribute(reply, "specversion"));
        assertEquals(EventTypes.PAYMENT_AUTHORIZED, mode.attribute(reply, "type"));
        assertEquals(EventTypes.AUTHORIZE_PAYMENT, mode.attribute(reply, "source"));
        assertEquals(order.toString(), mode.attribute(reply, "subject"));
        assertEquals(order.toString(), mode.attribute(reply, "partitionkey"));
        assertEquals(TRACEPARENT, mode.attribute(reply, "traceparent"));
        assertEquals(EventTypes.schemaOf(EventTypes.PAYMENT_AUTHORIZED), mode.attribute(reply, "dataschema"));
        OffsetDateTime.parse(mode.attribute(reply, "time"));

        JsonPath data = mode.data(reply);
        assertEquals(order.toString(), data.getString("orderId"));
        assertEquals(2500, data.getInt("amount.amount"));
        assertEquals("EUR", data.getString("amount.currency"));
        assertEquals("charge-1", data.getString("chargeId"));
    }

    @ParameterizedTest
    @EnumSource
    void theProviderIsAskedForThePriceOfTheOrder(Mode mode) {
        placed().deliver(mode).then().statusCode(200);

        var asked = outside.paymentProvider.asked(order).getFirst();
        assertEquals("PUT /charges/" + order, asked.request());
        assertCharge(2500, "EUR", "tok_ok", asked.body());
    }

    @ParameterizedTest
    @EnumSource
    void theOrderServiceIsAskedAsTheFunctionItself(Mode mode) {
        outside.identityToken("the-second");
        placed().deliver(mode).then().statusCode(200);
        var asked = outside.orderService.asked(order).getFirst();
        assertEquals("GET /orders/" + order + "/payment", asked.request());
        assertEquals("Bearer the-second", asked.authorization());
    }

    /** The answer is applied, or the order is over: RFC 9110, section 15.5.11. */
    @ParameterizedTest
    @EnumSource
    void anOrderThatDoesNotWaitForAPaymentIsNotCharged(Mode mode) {
        outside.orderService.answers(Answer.json(410, "{}"));
        placed().deliver(mode).then().statusCode(204);
        assertEquals(List.of(), outside.paymentProvider.asked(order));
        assertTrue(outside.log().contains("order " + order + " does not wait for a payment"));
    }

    /** 404 is what an order-service of the release before says, and a gateway without a route. */
    @ParameterizedTest
    @CsvSource({"BINARY,404", "STRUCTURED,403", "BINARY,500", "STRUCTURED,503"})
    void anOrderServiceThatDoesNotSayIsAPassingFault(Mode mode, int status) {
        outside.orderService.answers(Answer.json(status, "{}"));
        Event event = placed();
        event.deliver(mode)
                .then()
                .statusCode(503)
                .body("detail", containsString("ORDER_SERVICE_URL answered " + status));
        assertEquals(List.of(), outside.paymentProvider.asked(order));
        outside.orderService.answers(due());
        event.deliver(mode).then().statusCode(200);
    }

    /** Published by the release before, whose orders have no token elsewhere. */
    @ParameterizedTest
    @EnumSource
    void anEventThatCarriesItsTokenIsChargedByIt(Mode mode) {
        outside.orderService.answers(Answer.json(410, "{}"));
        placed("""
                {"orderId": "%s", "total": {"amount": 17, "currency": "JPY"}, "paymentToken": "tok_old"}""".formatted(order)).deliver(mode).then().statusCode(200);
        assertCharge(
                17,
                "JPY",
                "tok_old",
                outside.paymentProvider.asked(order).getFirst().body());
    }

    /** It repeats its first answer, and whoever knows the order compares. */
    @ParameterizedTest
    @EnumSource
    void theReplyTellsWhatTheProviderHasCharged(Mode mode) {
        outside.paymentProvider.answers(Answer.json(200, """
                {"orderId": "%s", "status": "CHARGED", "chargeId": "charge-1", "amount": 1, "currency": "USD"}""".formatted(order)));
        JsonPath data = mode.data(placed().deliver(mode));
        assertEquals(1, data.getInt("amount.amount"));
        assertEquals("USD", data.getString("amount.currency"));
    }

    @ParameterizedTest
    @EnumSource
    void noTokenIsLogged(Mode mode) {
        placed().deliver(mode).then().statusCode(200);
        outside.paymentProvider.answers(Answer.json(500, "{}"));
        placed().deliver(mode).then().statusCode(503);
        assertFalse(outside.log().contains("tok_ok"));
    }

    @ParameterizedTest
    @EnumSource
    void aDeclinedOrderIsAnsweredWithTheReason(Mode mode) {
        outside.paymentProvider.answers(Answer.json(200, """
                {"orderId": "%s", "status": "DECLINED", "reason": "no cover"}""".formatted(order)));
        Response reply = placed().deliver(mode);

        reply.then().statusCode(200);
        assertEquals(EventTypes.PAYMENT_DECLINED, mode.attribute(reply, "type"));
        assertEquals(order.toString(), mode.attribute(reply, "subject"));
        assertEquals(EventTypes.schemaOf(EventTypes.PAYMENT_DECLINED), mode.attribute(reply, "dataschema"));
        assertEquals(order.toString(), mode.data(reply).getString("orderId"));
        assertEquals("no cover", mode.data(reply).getString("reason"));
    }

    @ParameterizedTest
    @EnumSource
    void aRedeliveryMakesTheSameReply(Mode mode) {
        Event event = placed();
        String first = mode.attribute(event.deliver(mode), "id");

        assertEquals(
                Uuids.replyId("authorizePayment", EventTypes.ORDER_SERVICE, event.id())
                        .toString(),
                first);
        assertEquals(first, mode.attribute(event.deliver(mode), "id"));
        assertNotEquals(first, mode.attribute(placed().deliver(mode), "id"));
    }

    /** CloudEvents, Distributed Tracing extension; W3C Trace Context, 3.4: whoever continues a trace passes on both fields. */
    @ParameterizedTest
    @EnumSource
    void theTraceOfAnOrderGoesOnInEachCallAndInTheReply(Mode mode) {
        Response reply = placed().with("traceparent", TRACEPARENT)
                .with("tracestate", "congo=t61rcWkgMzE")
                .deliver(mode);

        assertEquals("congo=t61rcWkgMzE", mode.attribute(reply, "tracestate"));
        for (Party party : List.of(outside.orderService, outside.paymentProvider)) {
            Headers headers = party.asked(order).getFirst().headers();
            assertEquals(TRACEPARENT, headers.getFirst("traceparent"));
            assertEquals("congo=t61rcWkgMzE", headers.getFirst("tracestate"));
        }
    }

    /** W3C Trace Context, 4.2: a hop tells where it is in the trace by HTTP headers. */
    @ParameterizedTest
    @EnumSource
    void theHopOfADeliveryIsWhereTheTraceGoesOn(Mode mode) {
        String hop = "00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01";
        placed().with("traceparent", TRACEPARENT)
                .deliver(mode, Map.of("traceparent", hop))
                .then()
                .statusCode(200);

        assertEquals(
                hop, outside.paymentProvider.asked(order).getFirst().headers().getFirst("traceparent"));
    }

    /** A broker that starts a trace at each delivery does not take the event out of its own. */
    @ParameterizedTest
    @EnumSource
    void anotherTraceOfTheBrokerIsNotTheEvents(Mode mode) {
        placed().with("traceparent", TRACEPARENT)
                .deliver(mode, Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
                .then()
                .statusCode(200);

        assertEquals(
                TRACEPARENT,
                outside.paymentProvider.asked(order).getFirst().headers().getFirst("traceparent"));
    }

    /** W3C Trace Context, 4.1: without a traceparent, a new one is made. */
    @ParameterizedTest
    @EnumSource
    void anUntracedOrderBeginsATrace(Mode mode) {
        String reply = mode.attribute(placed().deliver(mode), "traceparent");

        assertTrue(reply.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-03"), reply);
        assertEquals(
                reply, outside.paymentProvider.asked(order).getFirst().headers().getFirst("traceparent"));
    }

    @ParameterizedTest
    @EnumSource
    void unknownMembersAreIgnored(Mode mode) {
        placed("""
                {"orderId": "%s", "total": {"amount": 1, "currency": "EUR", "tax": 0}, "gift": true}
                """.formatted(order)).deliver(mode).then().statusCode(200);
    }

    @ParameterizedTest
    @MethodSource
    void unreadableDataIsRefusedWithTheFieldAtFault(Mode mode, String data, String fault) {
        placed(data)
                .deliver(mode)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("status", is(400))
                .body("type", startsWith("https://shop.example/problems/"))
                .body("detail", containsString(fault));
        assertEquals(List.of(), outside.paymentProvider.asked(order));
    }

    static Stream<Arguments> unreadableDataIsRefusedWithTheFieldAtFault() {
        String id = UUID.randomUUID().toString();
        return Stream.of(Mode.values())
                .flatMap(mode -> Stream.of(
                                List.of("null", "data"),
                                List.of("[]", "data"),
                                List.of("{}", "data.orderId"),
                                List.of("{'orderId': '17'}", "data.orderId"),
                                List.of("{'orderId': '" + id + "', 'paymentToken': 't'}", "data.total"),
                                List.of("{'orderId': '" + id + "', 'total': 5}", "data.total"),
                                List.of("{'orderId': '" + id + "', 'total': {'currency': 'EUR'}}", "data.total.amount"),
                                List.of("{'orderId': '" + id + "', 'total': {'amount': 'much'}}", "data.total.amount"),
                                List.of(
                                        "{'orderId': '" + id + "', 'paymentToken': 't', 'total': {'amount': 5}}",
                                        "data.total.currency"))
                        .map(row -> Arguments.of(mode, row.get(0).replace('\'', '"'), row.get(1))));
    }

    @ParameterizedTest
    @EnumSource
    void aProviderThatFailsIsAPassingFault(Mode mode) {
        outside.paymentProvider.answers(Answer.json(500, "{}"));
        unavailable(mode, "answered 500");
    }

    @ParameterizedTest
    @EnumSource
    void aProviderThatHangsUpIsAPassingFault(Mode mode) {
        outside.paymentProvider.answers(Answer.LOST);
        unavailable(mode, "did not answer");
    }

    @ParameterizedTest
    @EnumSource
    void aProviderThatNeverAnswersIsAPassingFault(Mode mode) {
        outside.paymentProvider.answers(Answer.NEVER);
        unavailable(mode, "did not answer");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "BINARY,not json",
                "STRUCTURED,{\"status\": \"PERHAPS\"}",
                "BINARY,{}",
                "BINARY,null",
                "STRUCTURED,{\"status\": \"DECLINED\"; \"reason\": \"\\ud800\"}"
            })
    void anAnswerThatCantBeReadIsNotAskedForAgain(Mode mode, String answer) {
        outside.paymentProvider.answers(Answer.json(200, answer.replace(';', ',')));
        placed().deliver(mode).then().statusCode(400).body("detail", containsString("PAYMENT_PROVIDER_URL"));
    }

    @ParameterizedTest
    @CsvSource({"BINARY,400", "STRUCTURED,422", "BINARY,401", "BINARY,402", "BINARY,403", "BINARY,404", "BINARY,409"})
    void aChargeThatTheProviderRefusesForGoodIsNotRepeated(Mode mode, int status) {
        outside.paymentProvider.answers(Answer.json(status, "{}"));
        placed().deliver(mode).then().statusCode(400).body("detail", containsString("answered " + status));
    }

    /** RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4. */
    @ParameterizedTest
    @CsvSource({"BINARY,408", "BINARY,425", "STRUCTURED,429"})
    void aRefusalOfTheMomentIsAPassingFault(Mode mode, int status) {
        outside.paymentProvider.answers(Answer.json(status, "{}"));
        unavailable(mode, "answered " + status);
    }

    @Test
    void aReasonThatIsNoLineIsMadeOne() {
        outside.paymentProvider.answers(Answer.json(200, """
                {"orderId": "%s", "status": "DECLINED", "reason": "no\\ncover"}""".formatted(order)));
        assertEquals(
                "no\\u000acover",
                Mode.BINARY.data(placed().deliver(Mode.BINARY)).getString("reason"));
    }

    @Test
    void aDeclineWithoutReasonGetsOne() {
        outside.paymentProvider.answers(Answer.json(200, """
                {"orderId": "%s", "status": "DECLINED"}""".formatted(order)));
        placed().deliver(Mode.BINARY).then().statusCode(200).body("reason", is("declined by the payment provider"));
    }

    /** A member that no contract has, or has only from tomorrow on, is not shown either. */
    @ParameterizedTest
    @EnumSource
    void requestAndReplyAreLoggedWithoutWhatIsPersonalOrSecret(Mode mode) {
        outside.set("logged-functions", "authorizePayment");
        String token = "tok_" + UUID.randomUUID();
        String email = UUID.randomUUID() + "@customers.example";
        Event event = placed("""
                {"orderId": "%s", "total": {"amount": 17, "currency": "JPY"}, "paymentToken": "%s",
                 "email": "%s", "name": "Ada Lovelace"}""".formatted(order, token, email)).with("from", email);
        event.deliver(mode).then().statusCode(200);

        String line = lineOf(event);
        Stream.of(
                        "request={\"from\":\"***\",",
                        "\"subject\":\"" + order + "\"",
                        "\"data\":{\"orderId\":\"" + order + "\",\"total\":{\"amount\":17,\"currency\":\"JPY\"},"
                                + "\"paymentToken\":\"***\"}} status=200 reply={",
                        "\"type\":\"shop.payment.authorized.v1\"",
                        "\"amount\":{\"amount\":17,\"currency\":\"JPY\"},\"chargeId\":\"***\"}}")
                .forEach(text -> assertTrue(line.contains(text), () -> text + " is not in " + line));
        Stream.of(token, email, "Lovelace")
                .forEach(secret -> assertFalse(outside.log().contains(secret), secret));
    }

    @Test
    void requestIsLoggedWithTheStatusOfAFailure() {
        outside.set("logged-functions", "authorizePayment");
        outside.paymentProvider.answers(Answer.json(500, "{}"));
        Event event = placed();
        event.deliver(Mode.BINARY).then().statusCode(503);
        assertTrue(lineOf(event).matches(".*outcome=unavailable .* request=.*\"orderId\".* status=503"), lineOf(event));
    }

    /** CloudEvents 1.0.2, "Privacy and Security": what is in attributes may be logged, which not every sender knows. */
    @ParameterizedTest
    @EnumSource
    void nothingIsLoggedOfWhatAnEventHasInWrongPlaces(Mode mode) {
        outside.set("logged-functions", "authorizePayment");
        String token = "tok_" + UUID.randomUUID();
        String jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.";
        String email = UUID.randomUUID() + "@customers.example";
        String name = "Zo\u00eb \u00c5ngstr\u00f6m";
        String encoded = Base64.getEncoder().encodeToString(email.getBytes(UTF_8));
        String card = "4111111111111111";
        Event event = placed("""
                {"orderId": "%s", "total": {"amount": %s, "currency": "EUR"}, "note": "%s", "source": "%s", "type": "%s",
                 "%s": "Zo\\u00eb \\u00c5ngstr\\u00f6m", "base64": "%s"}""".formatted(order, card, email, token, jwt, email, encoded));
        List<Event> events = List.of(
                event.with("session", jwt).with("note", encoded).with("amount", card),
                event.with("subject", email),
                event.with("source", "/users/" + email),
                event.with("id", token),
                event.with("id", jwt));
        events.forEach(each -> each.deliver(mode).then().statusCode(200));
        event.with("type", email).deliver(mode).then().statusCode(400);

        assertTrue(outside.log().contains("id=*** type=" + EventTypes.ORDER_PLACED));
        for (String secret : List.of(token, jwt, email, name, encoded, card)) {
            assertFalse(outside.log().contains(secret), secret);
        }
    }

    /** The name of an attribute has letters and digits only (CloudEvents 1.0.2, Naming Conventions), which Funqy leaves open. */
    @Test
    void attributeWithANameThatIsNoneIsNotLogged() {
        outside.set("logged-functions", "authorizePayment");
        String email = UUID.randomUUID() + "@customers.example";
        Event event = placed().with(email, "x");
        event.deliver(Mode.STRUCTURED).then().statusCode(200);
        assertTrue(lineOf(event).contains("\"***\":\"***\""), lineOf(event));
        assertFalse(outside.log().contains(email));
    }

    /** Funqy reads no data_base64: nothing of it is known, so nothing of it is logged. */
    @Test
    void dataInBase64IsNotLogged() {
        outside.set("logged-functions", "authorizePayment");
        String encoded = Base64.getEncoder()
                .encodeToString("{\"email\":\"%s@customers.example\"}"
                        .formatted(UUID.randomUUID())
                        .getBytes(UTF_8));
        Event event = placed("null, \"data_base64\": \"" + encoded + "\"");
        event.deliver(Mode.STRUCTURED).then().statusCode(400);
        assertTrue(lineOf(event).contains("request="), lineOf(event));
        assertFalse(outside.log().contains(encoded));
    }

    @Test
    void requestIsLoggedUpToEightKibibytes() {
        outside.set("logged-functions", "authorizePayment");
        Event event = placed();
        for (int i = 0; i < 900; i++) {
            event = event.with("extension" + i, "x");
        }
        event.deliver(Mode.STRUCTURED).then().statusCode(200);
        String logged = lineOf(event).replaceFirst(".* request=", "request=");
        assertEquals(8192, logged.getBytes(UTF_8).length);
    }

    @Test
    void neitherIsLoggedUnlessTheSettingNamesTheFunction() {
        outside.set("logged-functions", "heartbeat,notifyCustomer");
        Event event = placed();
        event.deliver(Mode.BINARY).then().statusCode(200);
        assertFalse(lineOf(event).contains("request="), lineOf(event));
    }

    private String lineOf(Event event) {
        return outside.log()
                .lines()
                .filter(line -> line.contains("id=" + event.id()))
                .findFirst()
                .orElseThrow();
    }

    private static void assertCharge(int amount, String currency, String token, String asked) {
        JsonPath charge = JsonPath.from(asked);
        assertEquals(amount, charge.getInt("amount"));
        assertEquals(currency, charge.getString("currency"));
        assertEquals(token, charge.getString("token"));
    }

    /** The broker delivers again, and finds the provider well. */
    private void unavailable(Mode mode, String symptom) {
        Event event = placed();
        event.deliver(mode)
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .body("detail", containsString("PAYMENT_PROVIDER_URL"))
                .body("detail", containsString(symptom));
        outside.paymentProvider.answers(charged());
        event.deliver(mode).then().statusCode(200);
    }

    private Answer due() {
        return Answer.json(200, """
                {"amount": {"amount": 2500, "currency": "EUR"}, "token": "tok_ok"}""");
    }

    private Answer charged() {
        return Answer.json(200, """
                {"orderId": "%s", "status": "CHARGED", "chargeId": "charge-1", "at": "now"}""".formatted(order));
    }

    private Event placed() {
        return placed("""
                {"orderId": "%s", "userId": "%s", "total": {"amount": 2500, "currency": "EUR"},
                 "placedAt": "2026-01-02T03:04:05Z"}""".formatted(order, UUID.randomUUID()));
    }

    private Event placed(String data) {
        return Event.of(EventTypes.ORDER_PLACED, EventTypes.ORDER_SERVICE, order, data);
    }
}
