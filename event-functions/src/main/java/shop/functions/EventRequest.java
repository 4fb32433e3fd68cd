/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The part of a request before its body, of which functions take one form only: an event in JSON, posted to {@code /}. Funqy would
 * take others as well, and run a function without an event.
 */
record EventRequest(HttpServerRequest request) {
    private static final Pattern EVENT =
            Pattern.compile("application/(cloudevents\\+)?json\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

    /** A fault with the status that RFC 9110 has for it, or null. */
    Fault fault() {
        if (!"/".equals(request.path())) {
            return refused(404, "events are posted to /");
        }
        if (!request.method().equals(HttpMethod.POST)) {
            return refused(405, "events are posted");
        }
        if (request.headers().contains(HttpHeaders.CONTENT_ENCODING)) {
            return refused(415, "the body must be sent without a Content-Encoding");
        }
        List<String> types = request.headers().getAll(HttpHeaders.CONTENT_TYPE);
        return types.size() <= 1
                        && types.stream().allMatch(type -> EVENT.matcher(type).matches())
                ? null
                : refused(415, Failures.ONE_EVENT);
    }

    private static Fault refused(int status, String detail) {
        return new Fault(status, "refused", detail);
    }
}
