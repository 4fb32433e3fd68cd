/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import shop.events.EventTypes;
import shop.settings.DeclaredSettings;
import shop.settings.Kind;
import shop.settings.Setting;

/** What operators may change while the functions run, in the ConfigMap {@code function-settings} of all of them. */
@Singleton
public class FunctionSettings implements DeclaredSettings {
    private static final Set<String> FUNCTIONS =
            Set.of("authorizePayment", "refundPayment", "notifyCustomer", "heartbeat", "raiseAlarm");

    private static final Set<String> NEWS = Set.of(
            EventTypes.ORDER_CONFIRMED,
            EventTypes.ORDER_REJECTED,
            EventTypes.ORDER_CANCELLED,
            EventTypes.ORDER_EXPIRED,
            EventTypes.ORDER_SHIPPED,
            EventTypes.ORDER_DELIVERED);

    static final Setting<Set<String>> LOGGED = new Setting<>(
            "logged-functions",
            Kind.Texts.outOf(FUNCTIONS),
            Set.of(),
            "Functions whose requests and replies are logged, without personal data and tokens");

    public static final Setting<Set<String>> NOTIFICATIONS =
            new Setting<>("notifications", Kind.Texts.outOf(NEWS), NEWS, "Events of which customers are told by mail");

    @Override
    public List<Setting<?>> settings() {
        return List.of(LOGGED, NOTIFICATIONS);
    }
}
