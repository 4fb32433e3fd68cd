/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static io.restassured.RestAssured.given;
import static shop.testkit.CloudEvents.binary;
import static shop.testkit.Problems.problem;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;

@QuarkusTest
@TestProfile(ExposureFilterTest.Public.class)
class ExposureFilterTest {
    public static class Public implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("shop.exposure", "rest");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/events",
                "/events/",
                "//events",
                "/events;",
                "/events;a=b",
                "/%65vents",
                "/;a/events",
                "/a/../events;b"
            })
    void noEventIsTakenFromOutside(String path) {
        problem(binary(EventTypes.PING, "/test", "1").urlEncodingEnabled(false).post(path), 404, "not-found");
    }

    @Test
    void restIsAnswered() {
        given().get("/effects?limit=2").then().statusCode(200);
    }
}
