/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import static java.util.Objects.requireNonNullElse;
import static shop.functions.InvalidEvent.required;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventBuilder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import shop.events.EventTypes;
import shop.events.Money;
import shop.events.ShopEvent;
import shop.events.ShopEvent.OrderPlaced;
import shop.events.ShopEvent.PaymentAuthorized;
import shop.events.ShopEvent.PaymentDeclined;
import shop.events.Uuids;
import shop.functions.Handles;
import shop.functions.Unavailable;
import shop.functions.payment.PaymentProvider.Charge;
import shop.functions.payment.PaymentProvider.ChargeRequest;

/** Charges a placed order, and replies with the payment provider's answer. */
@Singleton
@RegisterForReflection(targets = {PaymentAuthorized.class, PaymentDeclined.class, Money.class})
public class AuthorizePayment {
    /** Made at its first use, since it can't be made without its setting. */
    private final Instance<PaymentProvider> provider;

    private final Clock clock;

    AuthorizePayment(@RestClient Instance<PaymentProvider> provider, Clock clock) {
        this.provider = provider;
        this.clock = clock;
    }

    /** The reply's data is a {@link ShopEvent}; declared as such, Jackson would write only that interface's members: none. */
    @Funq
    @Handles(EventTypes.ORDER_PLACED)
    public CloudEvent<Object> authorizePayment(CloudEvent<OrderPlaced> event) {
        OrderPlaced order = event.data();
        UUID orderId = required("orderId", order.orderId());
        Money total = required("total", order.total());
        ChargeRequest request = new ChargeRequest(
                total.amount(),
                required("total.currency", total.currency()),
                required("paymentToken", order.paymentToken()));
        Charge charge =
                Unavailable.call(PaymentProvider.SETTING, () -> provider.get().charge(orderId, request));
        return reply(
                event,
                switch (charge.status()) {
                    case CHARGED ->
                        new PaymentAuthorized(
                                orderId, total, requireNonNullElse(charge.chargeId(), orderId.toString()));
                    case DECLINED ->
                        new PaymentDeclined(
                                orderId, requireNonNullElse(charge.reason(), "declined by the payment provider"));
                });
    }

    /** Its id is derived from the event's, so that a redelivery makes the same reply again, which inboxes recognise. */
    private CloudEvent<Object> reply(CloudEvent<?> event, ShopEvent data) {
        String orderId = data.aggregateId().toString();
        Map<String, String> extensions = new HashMap<>(Map.of("partitionkey", orderId));
        extensions.computeIfAbsent("traceparent", event.extensions()::get);
        return CloudEventBuilder.create()
                .id(Uuids.replyId("authorizePayment", event.source(), event.id())
                        .toString())
                .source(EventTypes.AUTHORIZE_PAYMENT)
                .type(data.type())
                .subject(orderId)
                .time(OffsetDateTime.now(clock))
                .dataSchema(EventTypes.schemaOf(data.type()))
                .extensions(extensions)
                .build(data);
    }
}
