/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The function that is woken every minute. */
@ExtendWith(ShopExtension.class)
class HeartbeatIT {
    private final LocalKnative knative;

    HeartbeatIT(Shop shop) {
        knative = shop.knative();
    }

    @Test
    void sleepsBetweenTwoMinutes() {
        await().atMost(Duration.ofMinutes(2)).until(() -> state().equals("ready"));
        await().atMost(Duration.ofSeconds(50)).until(() -> state().equals("none"));
    }

    private String state() {
        return knative.request("localhost").get("/").path("services.find { it.name == 'heartbeat' }.state");
    }
}
