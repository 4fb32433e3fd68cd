/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;

/** A function in whose environment nothing is set. */
@QuarkusTest
@TestProfile(Exported.RefundPayment.class)
class NoProviderTest {
    @ParameterizedTest
    @EnumSource
    void theMissingSettingIsNamed(Mode mode) {
        UUID order = UUID.randomUUID();
        Event.of(EventTypes.REFUND_REQUESTED, EventTypes.ORDER_SERVICE, order, """
                {"orderId": "%s"}""".formatted(order))
                .deliver(mode)
                .then()
                .statusCode(503)
                .body("detail", containsString("set IDENTITY_TOKEN_FILE"));
    }
}
