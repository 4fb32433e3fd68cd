/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The machine's clock, for every function that needs the time. A test replaces it by a bean of its own. */
@Singleton
class SystemClock {
    @Produces
    @Singleton
    @DefaultBean
    Clock clock() {
        return Clock.systemUTC();
    }
}
