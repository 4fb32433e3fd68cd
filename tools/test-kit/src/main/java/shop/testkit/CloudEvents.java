/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;

import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.specification.RequestSpecification;

/** Requests that carry a CloudEvent, as a broker sends them (CloudEvents HTTP Protocol Binding 1.0, section 3). */
public final class CloudEvents {
    private static final RestAssuredConfig CONTENT_TYPE_AS_IT_IS = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig().appendDefaultContentCharsetToContentTypeIfUndefined(false));

    private CloudEvents() {}

    /** A request in binary mode: the attributes are headers, content type and body are the data's. */
    public static RequestSpecification binary(String type, String source, String id) {
        return given().config(CONTENT_TYPE_AS_IT_IS)
                .header("ce-specversion", "1.0")
                .header("ce-type", type)
                .header("ce-source", source)
                .header("ce-id", id);
    }

    /** A request in structured mode: attributes and data are members of a JSON object. */
    public static RequestSpecification structured(String event) {
        return given().contentType("application/cloudevents+json; charset=utf-8")
                .body(event);
    }
}
