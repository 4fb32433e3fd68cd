/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.time;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** The machine's clock, for every bean that needs the time. A test replaces it by a bean of its own. */
@Singleton
class SystemClock {
    /** PostgreSQL's resolution: an instant is read as it was written. */
    private static final Duration MICROSECOND = Duration.ofNanos(1000);

    @Produces
    @Singleton
    @DefaultBean
    Clock clock() {
        return Clock.tick(Clock.systemUTC(), MICROSECOND);
    }
}
