/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Problems.problem;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The settings of every service, as admins read them while the ConfigMap is edited; by the one that all services have. */
public abstract class LiveSettings {
    private static final String NAME = "log-levels";

    PostgresResource outside;

    @AfterEach
    void defaultsAgain() {
        MountedSettings.unset(NAME);
    }

    @Test
    void everySettingIsShownWithItsValueDefaultAndPurpose() {
        given().auth()
                .oauth2(Tokens.admin())
                .get("/settings")
                .then()
                .statusCode(200)
                .body("name", hasItem(NAME))
                .body("value", everyItem(notNullValue()))
                .body("default", everyItem(notNullValue()))
                .body("purpose", everyItem(notNullValue()))
                .body("allowed", everyItem(notNullValue()));
    }

    @Test
    void changeIsInEffectWithoutARestart() {
        Instant before = since();
        MountedSettings.set(NAME, "shop.nobody=WARN");
        assertEquals("FILE", MountedSettings.shown(NAME).get("source"));
        assertTrue(since().isAfter(before));
        MountedSettings.unset(NAME);
        assertEquals("none", MountedSettings.shown(NAME).get("value"));
    }

    @Test
    void refusedValueLeavesTheLastGoodOneAndIsTold() {
        MountedSettings.set(NAME, "shop.nobody=WARN");
        MountedSettings.set(NAME, "io.vertx=DEBUG");
        assertEquals("shop.nobody=WARN", MountedSettings.shown(NAME).get("value"));
        given().port(outside.managementPort())
                .get("/q/health")
                .then()
                .statusCode(200)
                .body(
                        "checks.find { it.name == 'settings' }.data.'" + NAME + "'",
                        allOf(startsWith("shop.nobody=WARN;"), containsString("refused")))
                .body("checks.find { it.name == 'settings' }.status", equalTo("UP"));
        assertRefused("1.0");

        MountedSettings.set(NAME, "shop.nobody=ERROR");
        assertRefused("0.0");
        assertEquals("io.vertx=DEBUG", MountedSettings.shown(NAME).get("lastRefused.value"));
    }

    @Test
    void noProbeAsksForSettings() {
        given().port(outside.managementPort())
                .get("/q/health/ready")
                .then()
                .body("checks.name", equalTo(List.of("schema")));
    }

    /** RFC 3629: 0xff is in no text of UTF-8. */
    @Test
    void targetThatIsNoTextIsRefused() {
        problem(given().urlEncodingEnabled(false).get("/settings?name=%ff"), 400, "bad-request");
    }

    @Test
    void settingsAreForAdminsOnly() {
        problem(given().get("/settings"), 401, "unauthenticated");
        problem(given().auth().oauth2(Tokens.customer(UUID.randomUUID())).get("/settings"), 403, "forbidden");
    }

    private static Instant since() {
        return Instant.parse(MountedSettings.shown(NAME).get("since"));
    }

    private void assertRefused(String count) {
        await().until(
                        () -> given().port(outside.managementPort())
                                .get("/q/metrics")
                                .asString(),
                        containsString("settings_refused{setting=\"" + NAME + "\"} " + count));
    }
}
