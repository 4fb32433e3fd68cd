/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit;

import jakarta.inject.Singleton;
import java.util.List;
import shop.settings.DeclaredSettings;
import shop.settings.Setting;

/** The sample has none of its own. */
@Singleton
class SampleSettings implements DeclaredSettings {
    @Override
    public List<Setting<?>> settings() {
        return List.of();
    }
}
