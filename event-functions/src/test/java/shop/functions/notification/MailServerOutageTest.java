/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Concurrently.together;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
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

@QuarkusTest
@TestProfile(Exported.NotifyCustomer.class)
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
        event(EventTypes.ORDER_CONFIRMED).deliver(mode).then().statusCode(204);
        assertEquals(1, mails().size());
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

    /** It takes the connection, and says nothing. */
    @Test
    void aSilentServerIsAnOutageThatIsToldInTime() throws IOException {
        int port = outside.mailServer.getSmtp().getPort();
        outside.mailServer.stop();
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            event(EventTypes.ORDER_CONFIRMED)
                    .deliver(Mode.BINARY)
                    .then()
                    .statusCode(503)
                    .body("detail", equalTo("the service at SMTP_HOST did not answer in time"));
        } finally {
            outside.mailServer.start();
        }
        event(EventTypes.ORDER_CONFIRMED).deliver(Mode.BINARY).then().statusCode(204);
    }

    /** RFC 5321, 3.1: it may speak as soon as the connection is there, and the mail client must not miss that. */
    @RepeatedTest(40)
    void theGreetingOfAServerIsHeard() {
        outside.mailServer.reset();
        together(4, _ -> event(EventTypes.ORDER_CONFIRMED).deliver(Mode.BINARY))
                .forEach(answer -> answer.then().statusCode(204));
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
            event(EventTypes.ORDER_CONFIRMED)
                    .deliver(Mode.BINARY)
                    .then()
                    .statusCode(status)
                    .body("detail", equalTo("the service at SMTP_HOST answered " + reply));
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
}
