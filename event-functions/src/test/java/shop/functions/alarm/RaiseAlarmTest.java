/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import shop.events.EventTypes;
import shop.events.Uuids;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Outside;

@QuarkusTest
@TestProfile(Exported.RaiseAlarm.class)
@WithTestResource(Outside.class)
class RaiseAlarmTest {
    private final String about = "function=" + UUID.randomUUID();

    Outside outside;

    @ParameterizedTest
    @EnumSource
    void theOperatorsReadThatAnAlarmIsOn(Mode mode) throws Exception {
        firing().deliver(mode).then().statusCode(204);

        MimeMessage mail = mails().getFirst();
        assertEquals("ALARM: FunctionFailed (%s)".formatted(about), mail.getSubject());
        assertEquals(Outside.OPERATORS, mail.getAllRecipients()[0].toString());
        String text = (String) mail.getContent();
        assertTrue(text.startsWith("A function failed"), text);
        assertTrue(text.contains("is on since 2026-11-24T21:59:27.125Z."), text);
        assertTrue(text.contains("When: once in 60 s"), text);
        assertTrue(text.contains("What to do: Read the log."), text);
    }

    @ParameterizedTest
    @EnumSource
    void theOperatorsReadThatItIsOver(Mode mode) throws Exception {
        event(EventTypes.ALARM_RESOLVED, ", \"endsAt\": \"2026-11-24T22:59:27.125Z\"")
                .deliver(mode)
                .then()
                .statusCode(204);

        MimeMessage mail = mails().getFirst();
        assertEquals("OK: FunctionFailed (%s)".formatted(about), mail.getSubject());
        String text = (String) mail.getContent();
        assertTrue(text.contains("was on from 2026-11-24T21:59:27.125Z to 2026-11-24T22:59:27.125Z."), text);
    }

    @ParameterizedTest
    @EnumSource
    void aRedeliveryMakesTheSameMail(Mode mode) throws Exception {
        Event event = firing();
        event.deliver(mode).then().statusCode(204);
        event.deliver(mode).then().statusCode(204);

        String id = "<%s@shop.example>".formatted(Uuids.replyId("raiseAlarm", EventTypes.DEAD_LETTERS, event.id()));
        assertFalse(mails().isEmpty());
        for (MimeMessage mail : mails()) {
            assertArrayEquals(new String[] {id}, mail.getHeader("Message-ID"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAlarmWithoutANameIsRefused(Mode mode) {
        Event.of(EventTypes.ALARM_FIRING, EventTypes.DEAD_LETTERS, "a", "{\"startsAt\": \"2026-11-24T21:59:27.125Z\"}")
                .deliver(mode)
                .then()
                .statusCode(400)
                .body("detail", containsString("data.alarm"));
    }

    @Test
    void theEndOfAnAlarmHasATime() {
        event(EventTypes.ALARM_RESOLVED, "")
                .deliver(Mode.BINARY)
                .then()
                .statusCode(400)
                .body("detail", containsString("data.endsAt"));
    }

    @ParameterizedTest
    @EnumSource
    void whomAnAlarmIsMailedIsNotLogged(Mode mode) {
        outside.set("logged-functions", "raiseAlarm");
        Event event = firing();
        event.deliver(mode).then().statusCode(204);
        outside.unset("logged-functions", "none");
        assertTrue(outside.log()
                .lines()
                .anyMatch(line -> line.contains("id=" + event.id()) && line.contains("\"alarm\":\"***\"")));
        assertFalse(outside.log().contains(Outside.OPERATORS));
    }

    private Event firing() {
        return event(EventTypes.ALARM_FIRING, "");
    }

    private Event event(String type, String more) {
        return Event.of(type, EventTypes.DEAD_LETTERS, "an-alarm", """
                {"alarmId": "0f0fd2f5-8f7b-5d0e-9f6a-2a7c58d2b1aa", "alarm": "FunctionFailed", "about": "%s",
                 "severity": "warning", "summary": "A function failed", "condition": "once in 60 s",
                 "remedy": "Read the log.", "startsAt": "2026-11-24T21:59:27.125Z"%s}""".formatted(about, more));
    }

    private List<MimeMessage> mails() {
        return Stream.of(outside.mailServer.getReceivedMessages())
                .filter(mail -> subject(mail).contains(about))
                .toList();
    }

    private static String subject(MimeMessage mail) {
        try {
            return mail.getSubject();
        } catch (jakarta.mail.MessagingException e) {
            throw new AssertionError(e);
        }
    }
}
