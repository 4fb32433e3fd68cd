/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.Map;
import shop.testkit.AccessLog;
import shop.testkit.Tokens;

/** A process that runs one function, as each Knative Service does. */
public abstract class Exported implements QuarkusTestProfile {
    private final String function;

    private Exported(String function) {
        this.function = function;
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(AccessLog.settings(function));
        settings.put("quarkus.funqy.export", function);
        return settings;
    }

    public static class AuthorizePayment extends Exported {
        public AuthorizePayment() {
            super("authorizePayment");
        }
    }

    public static class RefundPayment extends Exported {
        public RefundPayment() {
            super("refundPayment");
        }
    }

    /** In a cluster that gives its Triggers an identity. */
    public static class RefundPaymentToKnownSenders extends RefundPayment {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("CLUSTER_ISSUER", Tokens.CLUSTER);
            settings.put("SHOP_EVENT_AUDIENCE", "shop/refund-payment");
            settings.put("SHOP_BROKERS", Tokens.triggersAccount("refund-payment"));
            return settings;
        }
    }

    public static class NotifyCustomer extends Exported {
        public NotifyCustomer() {
            super("notifyCustomer");
        }
    }

    public static class RaiseAlarm extends Exported {
        public RaiseAlarm() {
            super("raiseAlarm");
        }
    }

    public static class Heartbeat extends Exported {
        public Heartbeat() {
            super("heartbeat");
        }
    }
}
