/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Outside;
import shop.functions.Party.Answer;

@QuarkusTest
@TestProfile(Exported.RefundPayment.class)
@WithTestResource(Outside.class)
class RefundPaymentTest {
    private final UUID order = UUID.randomUUID();

    Outside outside;

    @ParameterizedTest
    @EnumSource
    void theProviderIsToldToCancelAtEachDelivery(Mode mode) {
        outside.paymentProvider.answers(cancelled());
        Event event = requested();
        event.deliver(mode).then().statusCode(204).body(is(emptyString()));
        event.deliver(mode).then().statusCode(204);
        assertEquals(
                List.of("POST /charges/" + order + "/cancel", "POST /charges/" + order + "/cancel"),
                outside.paymentProvider.asked(order).stream()
                        .map(asked -> asked.request())
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void aProviderThatFailsIsAPassingFault(Mode mode) {
        outside.paymentProvider.answers(Answer.json(503, "{}"));
        Event event = requested();
        event.deliver(mode).then().statusCode(503).body("detail", containsString("PAYMENT_PROVIDER_URL"));
        outside.paymentProvider.answers(cancelled());
        event.deliver(mode).then().statusCode(204);
    }

    @ParameterizedTest
    @EnumSource
    void aRefundOfNoOrderIsRefused(Mode mode) {
        Event.of(EventTypes.REFUND_REQUESTED, EventTypes.ORDER_SERVICE, order, "{\"reason\": \"expired\"}")
                .deliver(mode)
                .then()
                .statusCode(400)
                .body("detail", containsString("data.orderId"));
    }

    private Answer cancelled() {
        return Answer.json(200, """
                {"orderId": "%s", "status": "CANCELLED"}""".formatted(order));
    }

    private Event requested() {
        return Event.of(EventTypes.REFUND_REQUESTED, EventTypes.ORDER_SERVICE, order, """
                {"orderId": "%s", "reason": "expired", "requestedAt": "2026-01-02T03:04:05Z"}""".formatted(order));
    }
}
