package shop.functions;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.Map;
import shop.testkit.AccessLog;

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

    public static class NotifyCustomer extends Exported {
        public NotifyCustomer() {
            super("notifyCustomer");
        }
    }

    public static class NotifyCustomerInOutage extends NotifyCustomer {}

    public static class Heartbeat extends Exported {
        public Heartbeat() {
            super("heartbeat");
        }
    }
}
