/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import io.smallrye.health.api.Wellness;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** The settings in {@code /q/health}, of which no probe asks: a refused one does not make an instance unfit. */
@Wellness
@Singleton
class SettingsCheck implements HealthCheck {
    private final Settings settings;

    SettingsCheck(Settings settings) {
        this.settings = settings;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("settings").up();
        settings.states().forEach(state -> response.withData(state.setting().name(), describe(state)));
        settings.unknown().forEach(name -> response.withData(name, "refused: there is no such setting"));
        return response.build();
    }

    private static String describe(State<?> state) {
        return state.refused()
                ? state.printed() + "; the file was refused, it must be "
                        + state.setting().kind().allowed()
                : state.printed();
    }
}
