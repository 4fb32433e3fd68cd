/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.network;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** An answer of local-knative's own when a service has none (RFC 9457). */
public record Problem(int status, String title, String detail) {
    public static final String MEDIA_TYPE = "application/problem+json";

    public Buffer body() {
        return new JsonObject()
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .toBuffer();
    }

    public void answer(HttpServerRequest request) {
        head(request).end(body());
    }

    HttpServerResponse head(HttpServerRequest request) {
        return request.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE);
    }
}
