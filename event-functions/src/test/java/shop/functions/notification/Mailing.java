/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.common.WithTestResource;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Outside;
import shop.functions.Party.Answer;

/** An order, its buyer, and what is around the function that mails about it. */
@WithTestResource(Outside.class)
abstract class Mailing {
    final UUID order = UUID.randomUUID();
    final UUID user = UUID.randomUUID();

    Outside outside;

    @BeforeEach
    void aUserIsKnown() {
        outside.userService.answers(Answer.json(200, """
                {"id": "%s", "email": "%s", "name": "Ann Example", "version": 3}""".formatted(user, email())));
    }

    void unavailable(Mode mode, String setting) {
        event(EventTypes.ORDER_CONFIRMED)
                .deliver(mode)
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .body("detail", containsString(setting));
    }

    List<MimeMessage> mails() {
        return Stream.of(outside.mailServer.getReceivedMessages())
                .filter(mail -> addressee(mail).equals(email()))
                .toList();
    }

    static String addressee(MimeMessage mail) {
        try {
            return mail.getAllRecipients()[0].toString();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    String email() {
        return user + "@customers.example";
    }

    Event event(String type) {
        return Event.of(type, EventTypes.ORDER_SERVICE, order, """
                {"orderId": "%s", "userId": "%s", "reason": "of its own"}""".formatted(order, user));
    }
}
