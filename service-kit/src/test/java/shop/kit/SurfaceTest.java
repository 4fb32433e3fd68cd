package shop.kit;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(SurfaceTest.Public.class)
class SurfaceTest {
    public static class Public implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("shop.surface", "rest");
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
        given().urlEncodingEnabled(false)
                .contentType("application/cloudevents+json")
                .body(
                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/test\",\"type\":\"dev.knative.sources.ping\"}")
                .post(path)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("status", equalTo(404));
    }

    @Test
    void restIsAnswered() {
        given().get("/effects?limit=2").then().statusCode(200);
    }
}
