/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import shop.events.EventTypes;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.testkit.SpanReceiver;
import shop.testkit.SpanReceiver.Recorded;

/** Spans that an event leaves where OTEL_EXPORTER_OTLP_ENDPOINT says. */
@QuarkusTest
@TestProfile(Exported.NotifyCustomer.class)
@WithTestResource(SpanReceiver.class)
class TracingTest extends Mailing {
    private static final String MAKER = "00f067aa0ba902b7";
    private static final String DELIVERY = "b7ad6b7169203331";

    private final String trace = UUID.randomUUID().toString().replace("-", "");
    SpanReceiver spans;

    @ParameterizedTest
    @EnumSource
    void anEventIsTracedFromItsDeliveryToTheMail(Mode mode) {
        event(EventTypes.ORDER_CONFIRMED)
                .with("traceparent", "00-%s-%s-01".formatted(trace, MAKER))
                .deliver(mode, Map.of("traceparent", "00-%s-%s-01".formatted(trace, DELIVERY)))
                .then()
                .statusCode(204);

        Recorded request = span("POST");
        assertEquals(DELIVERY, request.parent());
        Recorded function = span("notifyCustomer");
        assertEquals("CONSUMER", function.kind());
        assertEquals(request.id(), function.parent());
        assertEquals(List.of(trace + "-" + MAKER), function.links());
        assertEquals(order.toString(), function.attributes().get("cloudevents.event_subject"));
        assertEquals(function.id(), span("send mail").parent());
        Recorded question = span("GET");
        assertEquals(function.id(), question.parent());
        assertEquals(
                outside.userService.url() + "/users/" + user,
                question.attributes().get("url.full"));
        assertEquals(
                "00-%s-%s-01".formatted(trace, question.id()),
                outside.userService.asked(user).getFirst().headers().getFirst("traceparent"));
        assertFalse(spans.of(trace).toString().contains(email()));
    }

    private Recorded span(String name) {
        return spans.await(trace, name);
    }
}
