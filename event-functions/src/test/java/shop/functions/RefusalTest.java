/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.functions.Event.Mode;

/** Answers to requests that no function could handle, which are the same for all functions. */
@QuarkusTest
@TestProfile(Exported.Heartbeat.class)
@WithTestResource(Outside.class)
class RefusalTest {
    private final Event ping = Event.of(EventTypes.PING, "/a/source", "a-subject", "{\"message\": \"Hello, world!\"}");

    @ParameterizedTest
    @EnumSource
    void aTypeOfAnotherFunctionIsRefused(Mode mode) {
        refused(
                ping.with("type", EventTypes.ORDER_PLACED).deliver(mode),
                400,
                "type: must be one of [" + EventTypes.PING);
    }

    @ParameterizedTest
    @CsvSource({
        "BINARY,source",
        "BINARY,type",
        "STRUCTURED,id",
        "STRUCTURED,source",
        "STRUCTURED,type",
        "STRUCTURED,specversion"
    })
    void aMissingAttributeIsNamed(Mode mode, String attribute) {
        refused(ping.without(attribute).deliver(mode), 400, attribute);
    }

    @ParameterizedTest
    @EnumSource
    void anotherVersionOfCloudEventsIsRefused(Mode mode) {
        refused(ping.with("specversion", "2.0").deliver(mode), 400, "specversion: must be 1.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "subject"})
    void anAttributeThatWouldForgeALineOfTheLogIsRefused(String attribute) {
        refused(
                ping.with(attribute, "1\\nINFO").deliver(Mode.STRUCTURED),
                400,
                attribute + ": must not contain control");
    }

    /** CloudEvents 1.0, 3.1: the type String. */
    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\uffff"})
    void anAttributeThatIsNoTextIsRefused(String character) {
        refused(ping.with("subject", character).deliver(Mode.STRUCTURED), 400, "subject: must not contain");
    }

    /** RFC 8259, 8.2. */
    @ParameterizedTest
    @EnumSource
    void dataThatIsNoTextIsRefused(Mode mode) {
        refused(
                new Event(ping.attributes(), "{\"message\": \"\\ud800\"}").deliver(mode),
                400,
                "data.message: must not contain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no json", "[]", "{\"type\""})
    void aStructuredEventThatIsNoneIsRefused(String body) {
        refused(Http.post("application/cloudevents+json", Map.of(), body), 400, "CloudEvent in JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no json", "{\"a\""})
    void aBinaryEventWithoutJsonIsRefused(String body) {
        refused(new Event(ping.attributes(), body).deliver(Mode.BINARY), 400, "data");
    }

    /** As much as Kourier's Envoy lets through (max_request_headers_kb, 60 by default), and what is added behind it. */
    @Test
    void attributesAsLongAsABrokersAreNotRefused() {
        ping.with("anything", "x".repeat(63 << 10)).deliver(Mode.BINARY).then().statusCode(lessThan(300));
    }

    @Test
    void aBinaryEventOfAnotherContentTypeIsRefused() { // RFC 9110, 15.5.16
        Map<String, String> headers =
                Map.of("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/a/source", "ce-type", EventTypes.PING);
        refused(Http.post("text/plain", headers, "Hello, world!"), 415, "POST one CloudEvent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/cloudevents-batch+json", "text/plain"})
    void batchesAndOtherMediaTypesAreRefused(String contentType) { // RFC 9110, 15.5.16
        refused(Http.post(contentType, Map.of(), "[]"), 415, "POST one CloudEvent");
    }

    @Test
    void whatIsNoEventIsRefused() {
        refused(Http.post("application/json", Map.of(), "{}"), 400, "POST one CloudEvent");
        refused(given().get("/"), 405, "events are posted");
    }

    private static void refused(Response response, int status, String detail) {
        response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("status", is(status))
                .body("detail", containsString(detail));
    }
}
