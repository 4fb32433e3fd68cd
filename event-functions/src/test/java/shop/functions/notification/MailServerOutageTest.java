/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

    private static void deliverInTheEnd(Event event, Mode mode) {
        await().atMost(Duration.ofSeconds(30)).until(() -> event.deliver(mode).statusCode() == 204);
    }
}
