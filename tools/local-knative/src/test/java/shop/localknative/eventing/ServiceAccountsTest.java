/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.trigger;

import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAccountsTest {
    private final AtomicInteger issued = new AtomicInteger();
    private Instant now = Instant.EPOCH;
    private final ServiceAccounts accounts = new ServiceAccounts(
            (subject, audience, valid) -> "%s %s %s %d".formatted(subject, audience, valid, issued.incrementAndGet()),
            () -> now);

    /** Eventing, pkg/auth/serviceaccount.go, GetOIDCServiceAccountNameForResource; pkg, kmeta/names.go, ChildName. */
    @ParameterizedTest
    @CsvSource({
        "refund-payment, refund-payment-oidc-eventing.knative.dev-trigger",
        "notify-the-customer-of-their-orders, notify-the-customer-of-their-ord41cbd194a863095355ad396764f1efd",
        "notify-customer-of-all-their-x, notify-customer-of-all-their-x71d6f8808d14d1220578c46d4c2cbf35"
    })
    void aTriggerHasAServiceAccountOfItsOwn(String trigger, String account) {
        assertEquals("system:serviceaccount:shop:" + account, ServiceAccounts.subject(resource(trigger)));
    }

    /** Eventing, pkg/auth/token_provider.go: for an hour, and used no more in its last five minutes. */
    @Test
    void aTokenIsUsedUntilShortlyBeforeItsEnd() {
        HasMetadata trigger = resource("t");
        String first = accounts.token(trigger, "shop/a");
        assertEquals("system:serviceaccount:shop:t-oidc-eventing.knative.dev-trigger shop/a PT1H 1", first);
        now = now.plus(Duration.ofMinutes(55)).minusMillis(1);
        assertEquals(first, accounts.token(trigger, "shop/a"));
        now = now.plusMillis(1);
        assertNotEquals(first, accounts.token(trigger, "shop/a"));
    }

    @Test
    void aTokenIsOfOneSenderForOneAudience() {
        String token = accounts.token(resource("t"), "shop/a");
        assertNotEquals(token, accounts.token(resource("t"), "shop/b"));
        assertNotEquals(token, accounts.token(resource("u"), "shop/a"));
    }

    private static HasMetadata resource(String trigger) {
        return TestEventing.read(BROKER, trigger(trigger, "subscriber: {uri: 'http://127.0.0.1:1/'}"))
                .resources(Trigger.class)
                .getFirst();
    }
}
