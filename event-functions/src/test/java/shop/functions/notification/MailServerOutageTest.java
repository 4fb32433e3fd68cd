/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;

/**
 * In a process of their own: the mail client's next attempt after its server was down may wait in vain for a connection, and
 * the delivery has to be repeated then, as a broker does.
 */
@QuarkusTest
@TestProfile(Exported.NotifyCustomerInOutage.class)
class MailServerOutageTest extends Mailing {
    @ParameterizedTest
    @EnumSource
    void aMailServerThatIsDownIsAPassingFault(Mode mode) {
        outside.mailServer.stop();
        try {
            unavailable(mode, "SMTP_HOST");
        } finally {
            outside.mailServer.start();
        }
        deliverInTheEnd(event(EventTypes.ORDER_CONFIRMED), mode);
        assertEquals(1, mails().size());
    }

    @ParameterizedTest
    @EnumSource
    void theLogHoldsNeitherNamesNorAddressesNorTokens(Mode mode) {
        outside.identityToken("secret-token");
        Event sent = event(EventTypes.ORDER_DELIVERED);
        deliverInTheEnd(sent, mode);
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

    /** RFC 5321, 4.2.1 and RFC 4954, 6: 5yz is for good, but for those about the login, which the operator mends. */
    @ParameterizedTest
    @CsvSource({
        "550, 400",
        "552, 400",
        "553, 400",
        "554, 400",
        "421, 503",
        "450, 503",
        "452, 503",
        "530, 503",
        "535, 503"
    })
    void aRefusedRecipientIsAnOutageOnlyIfThatPasses(int reply, int status) {
        SMTPServer refusing = refusing(reply, outside.mailServer.getSmtp().getPort());
        outside.mailServer.stop();
        refusing.start();
        try {
            Event event = event(EventTypes.ORDER_CONFIRMED);
            await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> event.deliver(Mode.BINARY),
                            answer -> answer.path("detail").equals("the service at SMTP_HOST answered " + reply))
                    .then()
                    .statusCode(status);
        } finally {
            refusing.stop();
            outside.mailServer.start();
        }
    }

    private static SMTPServer refusing(int reply, int port) {
        return SMTPServer.port(port)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandlerFactory(context -> new MessageHandler() {
                    @Override
                    public void from(String from) {}

                    @Override
                    public void recipient(String recipient) throws RejectException {
                        throw new RejectException(reply, "No, " + recipient);
                    }

                    @Override
                    public String data(InputStream data) {
                        return null;
                    }

                    @Override
                    public void done() {}
                })
                .build();
    }

    private static void deliverInTheEnd(Event event, Mode mode) {
        await().atMost(Duration.ofSeconds(30)).until(() -> event.deliver(mode).statusCode() == 204);
    }
}
