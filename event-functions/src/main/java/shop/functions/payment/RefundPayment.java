/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import shop.events.EventTypes;
import shop.events.ShopEvent.RefundRequested;
import shop.functions.Handles;
import shop.functions.InvalidEvent;
import shop.functions.Unavailable;

/** Refunds all past and future charges of an order. */
@Singleton
public class RefundPayment {
    /** Made at its first use, since it can't be made without its setting. */
    private final Instance<PaymentProvider> provider;

    RefundPayment(@RestClient Instance<PaymentProvider> provider) {
        this.provider = provider;
    }

    @Funq
    @Handles(EventTypes.REFUND_REQUESTED)
    public void refundPayment(CloudEvent<RefundRequested> event) {
        UUID orderId = InvalidEvent.required("orderId", event.data().orderId());
        Unavailable.run(PaymentProvider.SETTING, () -> provider.get().cancel(orderId));
    }
}
