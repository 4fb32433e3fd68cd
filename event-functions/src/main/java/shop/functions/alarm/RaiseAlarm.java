/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import static shop.functions.InvalidEvent.required;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.mailer.Mail;
import jakarta.inject.Singleton;
import java.time.Instant;
import shop.events.EventTypes;
import shop.functions.Handles;
import shop.functions.Mails;
import shop.functions.MessageId;
import shop.functions.Unavailable;
import shop.text.EmailAddress;
import shop.text.Text;

/** Mails the operators that an alarm is on, and that it is over. */
@Singleton
public class RaiseAlarm {
    private static final String OPERATORS = "OPERATORS_EMAIL";

    /** The common part of both events, and the end of one. */
    public record News(
            String alarm,
            String about,
            String severity,
            String summary,
            String condition,
            String remedy,
            Instant startsAt,
            Instant endsAt) {}

    private final Mails mails;

    RaiseAlarm(Mails mails) {
        this.mails = mails;
    }

    /** A repetition is the same mail again, by its {@code Message-ID}. */
    @Funq
    @Handles({EventTypes.ALARM_FIRING, EventTypes.ALARM_RESOLVED})
    public void raiseAlarm(CloudEvent<News> event) {
        News news = event.data();
        String name = Text.printable(required("alarm", news.alarm()) + about(news));
        Instant start = required("startsAt", news.startsAt());
        boolean over = event.type().equals(EventTypes.ALARM_RESOLVED);
        String subject = (over ? "OK: " : "ALARM: ") + name;
        String times = over
                ? "was on from %s to %s".formatted(start, required("endsAt", news.endsAt()))
                : "is on since " + start;
        Mail mail = Mail.withText(operators(), subject, """
                        %s

                        %s %s.

                        Severity: %s
                        When: %s
                        What to do: %s
                        """.formatted(
                                news.summary(), name, times, news.severity(), news.condition(), news.remedy()))
                .addHeader("Message-ID", MessageId.of("raiseAlarm", event));
        mails.send(mail);
    }

    private static String about(News news) {
        return news.about() == null || news.about().isEmpty() ? "" : " (" + news.about() + ")";
    }

    private static String operators() {
        try {
            return EmailAddress.of(Unavailable.setting(OPERATORS)).toString();
        } catch (IllegalArgumentException e) {
            throw new Unavailable(OPERATORS + " " + e.getMessage(), e);
        }
    }
}
