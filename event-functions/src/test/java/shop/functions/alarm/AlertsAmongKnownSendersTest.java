/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import static io.restassured.RestAssured.given;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Outside;
import shop.testkit.Tokens;

/** In a cluster that gives its Triggers an identity, which Alertmanager has not. */
@QuarkusTest
@TestProfile(Exported.RaiseAlarmToKnownSenders.class)
@WithTestResource(Outside.class)
@WithTestResource(AlertsAmongKnownSendersTest.Cluster.class)
class AlertsAmongKnownSendersTest {
    private static final String NO_ALERTS = "{\"version\": \"4\", \"alerts\": []}";

    /** With the issuer's keys. */
    public static class Cluster implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            return Map.of("CLUSTER_JWKS", Tokens.environment().get("CLUSTER_JWKS"));
        }

        @Override
        public void stop() {}
    }

    @Test
    void alertsNeedTheirOwnTokenAndNoTriggers() {
        given().header("Authorization", "Bearer a-secret")
                .body(NO_ALERTS)
                .post("/alerts")
                .then()
                .statusCode(204);
        String trigger = Tokens.trigger("raise-alarm", "shop/raise-alarm");
        given().header("Authorization", "Bearer " + trigger)
                .body(NO_ALERTS)
                .post("/alerts")
                .then()
                .statusCode(401);
    }

    @Test
    void anEventNeedsItsTriggersTokenAndNotThatOfAlerts() {
        Event event = Event.of(EventTypes.ALARM_FIRING, EventTypes.RAISE_ALARM, "an-alarm", "{}");
        event.deliver(Mode.BINARY, "Bearer a-secret").then().statusCode(403);
    }
}
