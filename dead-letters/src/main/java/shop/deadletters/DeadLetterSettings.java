/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import shop.settings.DeclaredSettings;
import shop.settings.Kind;
import shop.settings.Setting;

/** What operators may change while the service runs, in the ConfigMap {@code dead-letters-settings}. */
@Singleton
class DeadLetterSettings implements DeclaredSettings {
    /** Far less than the 90 days for which an inbox remembers: a replay after those would be handled twice. */
    static final Setting<Duration> RETENTION = new Setting<>(
            "dead-letter-retention",
            new Kind.Period(Duration.ZERO, Duration.ofDays(365)),
            Duration.ofDays(30),
            "The time after a dead letter's last arrival at which the next sweep deletes it");

    @Override
    public List<Setting<?>> settings() {
        return List.of(RETENTION);
    }
}
