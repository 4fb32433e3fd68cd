/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From Alertmanager, through the front door, the function and the broker, to the operators' mailbox. */
@ExtendWith(ShopExtension.class)
class AlarmIT {
    private final Shop shop;
    private final String function = "test-" + UUID.randomUUID();

    @TempDir
    Path directory;

    AlarmIT(Shop shop) {
        this.shop = shop;
    }

    @Test
    void theOperatorsAreMailedOnceWhenAnAlarmBeginsAndOnceWhenItEnds() {
        Map<String, String> labels = Map.of(
                "alertname", "FunctionFailed",
                "function", function,
                "severity", "warning",
                "action", "mail",
                "namespace", "shop");
        try (Monitoring monitoring =
                new Monitoring(directory, "localhost:" + shop.knative().port(), 30, "none")) {
            monitoring.alert(labels, null);
            awaitMail("ALARM");
            monitoring.alert(labels, null);
            monitoring.alert(labels, Instant.now());
            awaitMail("OK");
            assertEquals(1, mails("ALARM").stream().distinct().count());
        }
    }

    @Test
    void nobodyElseRaisesAnAlarm() {
        shop.anyoneTo("raise-alarm")
                .header("Authorization", "Bearer another")
                .body("{\"version\": \"4\", \"alerts\": []}")
                .post("/alerts")
                .then()
                .statusCode(401);
    }

    private void awaitMail(String state) {
        await(state).atMost(Duration.ofMinutes(2)).until(() -> !mails(state).isEmpty());
    }

    /** Their Message-IDs. */
    private List<String> mails(String state) {
        return shop.knative()
                .page("/mailbox")
                .getList("findAll { it.subject == '%s: FunctionFailed (function=%s)' }.messageId"
                        .formatted(state, function));
    }
}
