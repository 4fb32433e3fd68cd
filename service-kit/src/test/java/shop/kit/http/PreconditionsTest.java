/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.kit.KitResource;
import shop.testkit.Concurrently;

/** Conditional requests, as RFC 9110, 13 has them. {@code TAG} stands for the entity tag of what is there. */
@QuarkusTest
@QuarkusTestResource(KitResource.class)
class PreconditionsTest {
    /** 5.6.7 */
    private static final String IMF_FIXDATE = "[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT";

    private final String path = "/effects/" + UUID.randomUUID();

    /** 15.4.5: what a 200 would have had of these, and no representation. */
    @ParameterizedTest
    @ValueSource(strings = {"TAG", "W/TAG", "*", "\"a,b\", TAG", "\"x\",,W/TAG ,", "\t\"x\" , TAG"})
    void readingWhatOneHasIsNotModified(String ifNoneMatch) {
        String tag = put(given(), "one").tag();
        for (String method : List.of("GET", "HEAD")) {
            given().header("If-None-Match", ifNoneMatch.replace("TAG", tag))
                    .request(method, path)
                    .then()
                    .statusCode(304)
                    .header("ETag", equalTo(tag))
                    .header("Cache-Control", equalTo("private, no-store"))
                    .header("Date", matchesPattern(IMF_FIXDATE))
                    .header("Content-Type", nullValue())
                    .body(blankOrNullString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"x\"", "W/\"x\"", "\"\"", "\"TAGS\""})
    void readingWhatHasChangedIsAnsweredInFull(String ifNoneMatch) {
        String tag = put(given(), "one").tag();
        given().header("If-None-Match", ifNoneMatch)
                .get(path)
                .then()
                .statusCode(200)
                .header("ETag", equalTo(tag))
                .body("text", equalTo("one"));
        given().header("If-None-Match", ifNoneMatch)
                .head(path)
                .then()
                .statusCode(200)
                .header("ETag", equalTo(tag));
    }

    /** 5.3: several lines of a list are one list. */
    @Test
    void listMayComeInSeveralLines() {
        String tag = put(given(), "one").tag();
        given().header("If-None-Match", "\"x\"", tag).get(path).then().statusCode(304);
        put(given().header("If-Match", "\"x\"", tag), "two").is(200);
    }

    @Test
    void otherStateHasAnotherTag() {
        String one = put(given(), "one").tag();
        String two = put(given(), "two").tag();
        assertEquals(false, one.equals(two));
        assertEquals(one, put(given(), "one").tag());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TAG", "*", "\"x\", TAG"})
    void changeOfTheStateThatWasReadTakesPlace(String ifMatch) {
        String tag = put(given(), "one").tag();
        put(given().header("If-Match", ifMatch.replace("TAG", tag)), "two").is(200);
    }

    /** 13.1.1: If-Match compares strongly, and a weak tag is strongly equal to none. */
    @ParameterizedTest
    @ValueSource(strings = {"\"x\"", "W/TAG", "\"x\", W/TAG"})
    void changeOfAnotherStateDoesNot(String ifMatch) {
        String tag = put(given(), "one").tag();
        changeIsRefused("If-Match", ifMatch.replace("TAG", tag));
        given().get(path).then().header("ETag", equalTo(tag)).body("text", equalTo("one"));
        problem(given().header("If-Match", ifMatch.replace("TAG", tag)).get(path), 412, "precondition-failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TAG", "W/TAG", "*"})
    void changeOfAllButThisStateDoesNot(String ifNoneMatch) {
        String tag = put(given(), "one").tag();
        changeIsRefused("If-None-Match", ifNoneMatch.replace("TAG", tag));
    }

    @Test
    void onlyWhatIsNotThereIsCreated() {
        put(given().header("If-None-Match", "*"), "one").is(200);
        problem(put(given().header("If-None-Match", "*"), "two").response(), 412, "precondition-failed");
    }

    @Test
    void onlyWhatIsThereIsChanged() {
        problem(put(given().header("If-Match", "*"), "one").response(), 412, "precondition-failed");
        problem(put(given().header("If-Match", "\"x\""), "one").response(), 412, "precondition-failed");
        given().get(path).then().statusCode(404);
    }

    @Test
    void ofSimultaneousChangesOfOneStateOneTakesPlace() {
        String tag = put(given(), "one").tag();
        List<Integer> statuses = Concurrently.together(
                8,
                i -> put(given().header("If-Match", tag), "change " + i)
                        .response()
                        .statusCode());
        assertEquals(1, statuses.stream().filter(status -> status == 200).count(), statuses.toString());
        assertEquals(7, statuses.stream().filter(status -> status == 412).count(), statuses.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"1", "\"1\" \"2\"", "*, \"1\"", "w/\"1\"", "W/1", "\"a b\"", ",", "**"})
    void whatIsNoListOfTagsIsRefused(String tags) {
        put(given(), "one").is(200);
        for (String header : List.of("If-Match", "If-None-Match")) {
            problem(put(given().header(header, tags), "two").response(), 400, "invalid-request")
                    .body("errors[0].name", equalTo(header));
            problem(given().header(header, tags).get(path), 400, "invalid-request");
        }
    }

    /** 13.2.1: where the answer would be another than 2xx or 412, preconditions are ignored. */
    @Test
    void preconditionsOfWhatFailsAnywayAreIgnored() {
        given().header("If-Match", "\"x\"").get(path).then().statusCode(404);
        given().header("If-None-Match", "*").get(path).then().statusCode(404);
        given().header("If-None-Match", "*").get("/admin").then().statusCode(401);
    }

    /** 13.1.3 and 13.1.4, for resources that have no date of modification. */
    @Test
    void datesAreIgnored() {
        put(given().header("If-Unmodified-Since", "Sat, 29 Oct 1994 19:43:31 GMT"), "one")
                .is(200);
        given().header("If-Modified-Since", "Fri, 29 Oct 2094 19:43:31 GMT")
                .get(path)
                .then()
                .statusCode(200);
    }

    /** RFC 9111, 5.2.2.5 and 5.2.2.7. */
    @Test
    void noAnswerGoesIntoACache() {
        put(given(), "one").response().then().header("Cache-Control", equalTo("private, no-store"));
        given().get(path)
                .then()
                .header("Cache-Control", equalTo("private, no-store"))
                .body(not(emptyString()));
        given().get("/effects/" + UUID.randomUUID())
                .then()
                .statusCode(404)
                .header("Cache-Control", equalTo("private, no-store"));
        given().get("/effects?limit=5").then().header("ETag", notNullValue());
    }

    private void changeIsRefused(String header, String tags) {
        problem(put(given().header(header, tags), "two").response(), 412, "precondition-failed")
                .body("errors[0].name", equalTo(header));
    }

    private record Put(Response response, String tag) {
        void is(int status) {
            response.then().statusCode(status);
        }
    }

    private Put put(RequestSpecification request, String text) {
        Response response = request.contentType(ContentType.JSON)
                .body(Map.of("text", text, "times", 1))
                .put(path);
        return new Put(response, given().get(path).header("ETag"));
    }
}
