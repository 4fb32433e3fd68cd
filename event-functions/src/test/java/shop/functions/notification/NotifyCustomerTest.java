/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.events.Uuids;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Party.Answer;

@QuarkusTest
@TestProfile(Exported.NotifyCustomer.class)
class NotifyCustomerTest extends Mailing {
    private static final String ALL_NEWS = "shop.order.cancelled.v1,shop.order.confirmed.v1,shop.order.delivered.v1,"
            + "shop.order.expired.v1,shop.order.rejected.v1,shop.order.shipped.v1";

    @ParameterizedTest
    @CsvSource({
        "shop.order.confirmed.v1, is confirmed",
        "shop.order.rejected.v1, was rejected",
        "shop.order.cancelled.v1, is cancelled",
        "shop.order.expired.v1, has expired",
        "shop.order.shipped.v1, is on its way",
        "shop.order.delivered.v1, was delivered"
    })
    void eachNewsIsMailed(String type, String news) throws Exception {
        event(type).deliver(Mode.BINARY).then().statusCode(204);

        MimeMessage mail = mails().getFirst();
        assertEquals("Your order " + news, mail.getSubject());
        assertEquals("The Shop <orders@shop.example>", mail.getFrom()[0].toString());
        String text = (String) mail.getContent();
        assertTrue(text.startsWith("Hello Ann Example,"), text);
        assertTrue(text.contains("your order " + order + " " + news), text);
    }

    @ParameterizedTest
    @EnumSource
    void aRedeliveryMakesTheSameMail(Mode mode) throws Exception {
        Event event = event(EventTypes.ORDER_SHIPPED);
        event.deliver(mode).then().statusCode(204);
        event.deliver(mode).then().statusCode(204);

        String id =
                "<%s@shop.example>".formatted(Uuids.replyId("notifyCustomer", EventTypes.ORDER_SERVICE, event.id()));
        assertEquals(2, mails().size());
        for (MimeMessage mail : mails()) {
            assertArrayEquals(new String[] {id}, mail.getHeader("Message-ID"));
        }
    }

    @Test
    void newsThatTheSettingLeavesOutIsNotMailed() {
        outside.set("notifications", EventTypes.ORDER_CONFIRMED + "," + EventTypes.ORDER_SHIPPED);
        event(EventTypes.ORDER_DELIVERED).deliver(Mode.BINARY).then().statusCode(204);
        event(EventTypes.ORDER_SHIPPED).deliver(Mode.BINARY).then().statusCode(204);
        assertEquals(1, mails().size());

        outside.setRefused("notifications", "shop.order.confirmed");
        event(EventTypes.ORDER_SHIPPED).deliver(Mode.BINARY).then().statusCode(204);
        assertEquals(2, mails().size());
        assertTrue(outside.metrics().contains("settings_refused{setting=\"notifications\"} 1.0"));

        outside.set("notifications", "none");
        event(EventTypes.ORDER_SHIPPED).deliver(Mode.BINARY).then().statusCode(204);
        assertEquals(2, mails().size());
        outside.unset("notifications", ALL_NEWS);
    }

    /** The user's name and address come from the user-service and go to the mail server, and nowhere else. */
    @ParameterizedTest
    @EnumSource
    void nothingPersonalIsLoggedWithTheRequest(Mode mode) {
        outside.set("logged-functions", "notifyCustomer");
        Event event = event(EventTypes.ORDER_CONFIRMED);
        event.deliver(mode).then().statusCode(204);
        assertTrue(outside.log()
                .contains("\"data\":{\"orderId\":\"%s\",\"userId\":\"%s\"}} status=204".formatted(order, user)));
        assertFalse(outside.log().contains(email()));
        assertFalse(outside.log().contains("Ann Example"));
        outside.unset("logged-functions", "none");
    }

    @ParameterizedTest
    @EnumSource
    void theUserServiceIsAskedWithTheTokenThatTheFileHoldsNow(Mode mode) {
        outside.identityToken("the-first");
        event(EventTypes.ORDER_CONFIRMED).deliver(mode).then().statusCode(204);
        outside.identityToken("the-second");
        event(EventTypes.ORDER_CONFIRMED).deliver(mode).then().statusCode(204);

        var asked = outside.userService.asked(user);
        assertEquals("GET /users/" + user, asked.getFirst().request());
        assertEquals(
                List.of("Bearer the-first", "Bearer the-second"),
                asked.stream().map(question -> question.authorization()).toList());
    }

    @ParameterizedTest
    @CsvSource({"BINARY,404", "BINARY,410", "STRUCTURED,404", "STRUCTURED,410"})
    void aUserWhoIsGoneIsAcknowledgedAndLogged(Mode mode, int status) {
        outside.userService.answers(Answer.json(status, "{}"));
        event(EventTypes.ORDER_CANCELLED).deliver(mode).then().statusCode(204);
        assertEquals(List.of(), mails());
        assertTrue(outside.log().contains("user " + user + " is gone"));
    }

    @ParameterizedTest
    @CsvSource({"BINARY,500", "STRUCTURED,503", "BINARY,401", "BINARY,403"})
    void aUserServiceThatFailsIsAPassingFault(Mode mode, int status) {
        outside.userService.answers(Answer.json(status, "{}"));
        unavailable(mode, "USER_SERVICE_URL");
        aUserIsKnown();
        event(EventTypes.ORDER_CONFIRMED).deliver(mode).then().statusCode(204);
        assertEquals(1, mails().size());
    }

    @ParameterizedTest
    @EnumSource
    void aUserServiceThatHangsUpIsAPassingFault(Mode mode) {
        outside.userService.answers(Answer.LOST);
        unavailable(mode, "USER_SERVICE_URL");
    }

    /** RFC 5890, 2.3.2.1 and RFC 5321, 2.3.5: without SMTPUTF8, envelope and headers have A-labels. */
    @ParameterizedTest
    @EnumSource
    void mailGoesToTheALabelsOfADomain(Mode mode) throws Exception {
        known(user + "@B\u00fccher.example");
        event(EventTypes.ORDER_CONFIRMED).deliver(mode).then().statusCode(204);
        MimeMessage mail = Stream.of(outside.mailServer.getReceivedMessages())
                .filter(received -> addressee(received).startsWith(user.toString()))
                .findFirst()
                .orElseThrow();
        assertEquals(user + "@xn--bcher-kva.example", addressee(mail));
    }

    /** Users registered before such addresses were refused may have them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\\"ann example\\\"@customers.example",
                "\u00e4nn@customers.example",
                "ann",
                "ann@stra\u00dfe.example"
            })
    void anAddressThatCantBeMailedIsNoOutage(String email) {
        known(email);
        event(EventTypes.ORDER_CONFIRMED)
                .deliver(Mode.BINARY)
                .then()
                .statusCode(400)
                .body("detail", startsWith("no mail can be sent: the user's e-mail address must"))
                .body("detail", not(containsString("ann")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"email\": \"ann@customers.example\"}", "null", "[]", "nonsense"})
    void aUserThatCantBeReadIsNotAskedForAgain(String answer) {
        outside.userService.answers(Answer.json(200, answer));
        event(EventTypes.ORDER_CONFIRMED)
                .deliver(Mode.BINARY)
                .then()
                .statusCode(400)
                .body("detail", containsString("USER_SERVICE_URL"));
    }

    private void known(String email) {
        outside.userService.answers(Answer.json(200, """
                {"id": "%s", "email": "%s", "name": "Ann Example", "version": 3}""".formatted(user, email)));
    }

    @ParameterizedTest
    @CsvSource({"orderId,userId", "userId,orderId"})
    void newsOfNobodyAreRefused(String missing, String present) {
        for (Mode mode : Mode.values()) {
            Event.of(EventTypes.ORDER_EXPIRED, EventTypes.ORDER_SERVICE, order, """
                    {"%s": "%s"}""".formatted(present, order))
                    .deliver(mode)
                    .then()
                    .statusCode(400)
                    .body("detail", containsString("data." + missing));
        }
    }
}
