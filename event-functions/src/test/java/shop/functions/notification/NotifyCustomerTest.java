package shop.functions.notification;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import shop.events.EventTypes;
import shop.events.Uuids;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Outside;
import shop.functions.Party.Answer;

@QuarkusTest
@TestProfile(Exported.NotifyCustomer.class)
@WithTestResource(Outside.class)
class NotifyCustomerTest {
    private final UUID order = UUID.randomUUID();
    private final UUID user = UUID.randomUUID();

    Outside outside;

    @BeforeEach
    void aUserIsKnown() {
        outside.userService.answers(Answer.json(200, """
                {"id": "%s", "email": "%s", "name": "Ann Example", "version": 3}""".formatted(user, email())));
    }

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
    @CsvSource({"BINARY,500", "STRUCTURED,503", "BINARY,401"})
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

    @ParameterizedTest
    @EnumSource
    void aMailServerThatIsDownIsAPassingFault(Mode mode) {
        outside.mailServer.stop();
        try {
            unavailable(mode, "SMTP_HOST");
        } finally {
            outside.mailServer.start();
        }
        Event repeated = event(EventTypes.ORDER_CONFIRMED);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> repeated.deliver(mode).statusCode() == 204);
        assertEquals(1, mails().size());
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

    @ParameterizedTest
    @EnumSource
    void theLogHoldsNeitherNamesNorAddressesNorTokens(Mode mode) {
        outside.identityToken("secret-token");
        Event sent = event(EventTypes.ORDER_DELIVERED);
        sent.deliver(mode).then().statusCode(204);
        outside.mailServer.stop();
        try {
            unavailable(mode, "SMTP_HOST");
        } finally {
            outside.mailServer.start();
        }
        String log = outside.log();
        assertTrue(log.contains(sent.id()));
        Stream.of(email(), "Ann", "secret-token").forEach(secret -> assertFalse(log.contains(secret), secret));
    }

    private void unavailable(Mode mode, String setting) {
        event(EventTypes.ORDER_CONFIRMED)
                .deliver(mode)
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .body("detail", containsString(setting));
    }

    private List<MimeMessage> mails() {
        return Stream.of(outside.mailServer.getReceivedMessages())
                .filter(mail -> addressee(mail).equals(email()))
                .toList();
    }

    private static String addressee(MimeMessage mail) {
        try {
            return mail.getAllRecipients()[0].toString();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    private String email() {
        return user + "@customers.example";
    }

    private Event event(String type) {
        return Event.of(type, EventTypes.ORDER_SERVICE, order, """
                {"orderId": "%s", "userId": "%s", "reason": "of its own"}""".formatted(order, user));
    }
}
