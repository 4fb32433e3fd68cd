/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import jakarta.inject.Singleton;
import java.util.List;
import shop.settings.DeclaredSettings;
import shop.settings.Kind;
import shop.settings.Setting;
import shop.settings.Switch;

/** What operators may change while the service runs, in the ConfigMap {@code user-settings}. */
@Singleton
class UserSettings implements DeclaredSettings {
    static final Setting<Switch> REGISTRATION = new Setting<>(
            "registration",
            new Kind.OpenOrClosed(),
            Switch.OPEN,
            "Whether new users are taken; those that are there stay");

    @Override
    public List<Setting<?>> settings() {
        return List.of(REGISTRATION);
    }
}
