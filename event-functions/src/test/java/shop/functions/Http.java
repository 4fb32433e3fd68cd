/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static io.restassured.RestAssured.given;

import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.Map;

final class Http {
    private static final RestAssuredConfig AS_IT_IS = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                    .encodeContentTypeAs("application/cloudevents+json", ContentType.TEXT)
                    .encodeContentTypeAs("application/cloudevents-batch+json", ContentType.TEXT));

    private Http() {}

    static Response post(String contentType, Map<String, String> headers, String body) {
        return given().config(AS_IT_IS)
                .contentType(contentType)
                .headers(headers)
                .body(body)
                .post("/");
    }
}
