/* SPDX-License-Identifier: Apache-2.0 */
package shop.payments;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static shop.testkit.Concurrently.together;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import jakarta.ws.rs.ServiceUnavailableException;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.apache.http.NoHttpResponseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.PostgresResource;
import shop.testkit.Wire;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ChargesTest {
    private final UUID order = UUID.randomUUID();

    @TestHTTPResource
    URI server;

    @Inject
    Problems problems;

    @Test
    void aChargeIsAnsweredAndEntered() {
        charge("tok_ok")
                .statusCode(200)
                .body("orderId", is(order.toString()))
                .body("status", is("CHARGED"))
                .body("chargeId", notNullValue());
        assertEquals(List.of(2500), movements());
    }

    @Test
    void aRepeatedChargeIsAnsweredAlikeAndEnteredOnce() {
        String first = charge("tok_ok").extract().asString();
        assertEquals(first, charge("tok_ok").extract().asString());
        assertEquals(List.of(2500), movements());
    }

    @Test
    void concurrentChargesOfOneOrderChargeOnce() {
        List<String> answers =
                together(20, i -> charge("tok_ok").statusCode(200).extract().asString());
        assertEquals(1, answers.stream().distinct().count());
        assertEquals(List.of(2500), movements());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tok_declined", "tok_of_another_company"})
    void otherTokensAreDeclinedWithAReasonForEver(String token) {
        charge(token).statusCode(200).body("status", is("DECLINED")).body("reason", notNullValue());
        charge("tok_ok").statusCode(200).body("status", is("DECLINED"));
        assertEquals(List.of(), movements());
    }

    @Test
    void anErrorChargesNothing() {
        charge("tok_error").statusCode(500);
        assertEquals(List.of(), movements());
        charge("tok_ok").statusCode(200).body("status", is("CHARGED"));
    }

    @Test
    void aSlowChargeIsAnsweredAfterThreeSeconds() {
        charge("tok_slow").statusCode(200).body("status", is("CHARGED")).time(greaterThan(2900L));
    }

    @Test
    void aLostAnswerIsChargedAllTheSame() {
        assertThrows(NoHttpResponseException.class, () -> charge("tok_lost"));
        assertEquals(List.of(2500), movements());
        charge("tok_ok").statusCode(200).body("status", is("CHARGED"));
        assertEquals(List.of(2500), movements());
    }

    @Test
    void aCancelledChargeIsRefundedOnce() {
        charge("tok_ok").statusCode(200);
        cancel().statusCode(200).body("orderId", is(order.toString())).body("status", is("CANCELLED"));
        cancel().statusCode(200).body("status", is("CANCELLED"));
        assertEquals(List.of(2500, -2500), movements());
    }

    @Test
    void aCancelledOrderIsNeverChargedAgain() {
        charge("tok_ok").statusCode(200);
        cancel().statusCode(200);
        charge("tok_ok").statusCode(200).body("status", is("DECLINED")).body("reason", notNullValue());
        assertEquals(List.of(2500, -2500), movements());
    }

    @Test
    void anOrderCancelledBeforeItsChargeIsNeverCharged() {
        cancel().statusCode(200).body("status", is("CANCELLED"));
        charge("tok_ok").statusCode(200).body("status", is("DECLINED"));
        assertEquals(List.of(), movements());
    }

    @Test
    void aDeclinedOrderCanBeCancelledToo() {
        charge("tok_declined").statusCode(200);
        cancel().statusCode(200).body("status", is("CANCELLED"));
        assertEquals(List.of(), movements());
    }

    @Test
    void whateverComesFirstOfChargeAndCancelNothingStaysCharged() {
        together(4, i -> (i % 2 == 0 ? charge("tok_ok") : cancel()).statusCode(200));
        assertEquals(0, movements().stream().mapToInt(Integer::intValue).sum());
        charge("tok_ok").body("status", is("DECLINED"));
    }

    @Test
    void theLedgerListsEachOrderOnceAsItStands() {
        charge("tok_ok").statusCode(200);
        charge("tok_ok").statusCode(200);
        cancel().statusCode(200);
        given().get("/charges")
                .then()
                .statusCode(200)
                .body("findAll { it.orderId == '%s' }.status".formatted(order), contains("CANCELLED"))
                .body("findAll { it.orderId == '%s' }.amount".formatted(order), contains(2500))
                .body("findAll { it.orderId == '%s' }.currency".formatted(order), contains("EUR"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'amount': -1, 'currency': 'EUR', 'token': 'tok_ok'}",
                "{'amount': 1, 'currency': 'euro', 'token': 'tok_ok'}",
                "{'amount': 1, 'currency': 'EUR'}",
                "{'currency': 'EUR', 'token': 'tok_ok'}",
                "{'amount': 'much'}",
                ""
            })
    void anInvalidRequestIsRefused(String body) {
        given().contentType(ContentType.JSON)
                .body(body.replace('\'', '"'))
                .put("/charges/" + order)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("status", is(400))
                .body("detail", not(containsString("shop.payments")));
        assertEquals(List.of(), movements());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /nothing         | 404
            GET /charges/1       | 405
            GET /charges/1/entries | 404
            DELETE /charges      | 405
            GET /charges/%       | 400
            GET /charges?a=<>{}  | 200
            GET /<>              | 404
            GET /ü               | 404
            GET *                | 404
            """)
    void whateverIsRefusedIsAProblem(String line, int status) {
        Wire answer = Wire.exchange(server, line + " HTTP/1.1\n\n");
        if (status < 400) {
            assertEquals(status, answer.status());
        } else {
            answer.isProblem(status);
        }
    }

    @Test
    void whatTheSandboxCannotReadOrDoIsAProblem() {
        String path = "/charges/" + order;
        Wire.exchange(server, "PUT " + path + " HTTP/1.1\nContent-Type: text/plain\nContent-Length: 2\n\n{}")
                .isProblem(415);
        Wire.exchange(
                        server,
                        "PUT " + path
                                + " HTTP/1.1\nContent-Type: application/json\nTransfer-Encoding: chunked\n\n0\n\n")
                .isProblem(400);
        Wire.exchange(server, "GET /charges HTTP/1.1\nAccept: text/html\n\n").isProblem(406);
        Wire.exchange(server, "GET /" + "a".repeat(100_000) + " HTTP/1.1\n\n").isProblem(404);
        String tooLong = " ".repeat((1 << 20) + 1);
        Wire.exchange(
                        server,
                        "PUT " + path + " HTTP/1.1\nContent-Type: application/json\nContent-Length: " + tooLong.length()
                                + "\n\n" + tooLong)
                .isProblem(413); // RFC 9110, 15.5.14
        Wire.exchange(
                        server,
                        "PUT " + path
                                + " HTTP/1.1\nContent-Type: application/json\nContent-Encoding: gzip\nContent-Length: 2\n\n{}")
                .isProblem(415); // RFC 9110, 15.5.16
        charge("tok_error").statusCode(500).contentType("application/problem+json");
    }

    @Test
    void ledgerThatDoesNotAnswerIsToBeAskedAgain() { // RFC 9110, 10.2.3
        var away = new ServiceUnavailableException("away", 2L);
        assertEquals("2", problems.refused(away).getHeaderString("Retry-After"));
    }

    private ValidatableResponse charge(String token) {
        return given().contentType(ContentType.JSON)
                .body("""
                        {"amount": 2500, "currency": "EUR", "token": "%s"}""".formatted(token))
                .put("/charges/" + order)
                .then();
    }

    private ValidatableResponse cancel() {
        return given().post("/charges/" + order + "/cancel").then();
    }

    private List<Integer> movements() {
        return given().get("/charges/" + order + "/entries")
                .then()
                .statusCode(200)
                .extract()
                .path("amount");
    }
}
