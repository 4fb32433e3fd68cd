/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static org.hamcrest.Matchers.equalTo;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;

/** Refusals as every service answers them: problem details (RFC 9457, {@code application/problem+json}). */
public final class Problems {
    static final String MEDIA_TYPE = "application/problem+json";

    private Problems() {}

    /** Fails unless this is the problem {@code slug}; returns its body to be looked at further. */
    public static ValidatableResponse problem(Response response, int status, String slug) {
        return response.then()
                .statusCode(status)
                .contentType(MEDIA_TYPE)
                .body("type", equalTo("https://shop.example/problems/" + slug))
                .body("status", equalTo(status));
    }
}
