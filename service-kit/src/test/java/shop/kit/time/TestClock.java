/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.time;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import shop.testkit.MovableClock;

/** Takes the place of the system's clock. */
class TestClock {
    @Produces
    @Singleton
    MovableClock clock() {
        return new MovableClock();
    }
}
