/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The part of a request before its body, of which functions take one form only: an event in JSON, posted to {@code /}. Funqy would
 * take others as well, and run a function without an event.
 */
record RequestHead(HttpServerRequest request) {
    private static final int LONGEST_TARGET = 8192; // at least 8000 (RFC 9110, 4.1)
    private static final int LONGEST_HEADERS = 64 << 10; // Envoy, Knative's usual ingress, lets 60 KiB pass
    private static final int AROUND_HEADER = ": \r\n".length();
    private static final Pattern EVENT =
            Pattern.compile("application/(cloudevents\\+)?json\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

    /** A fault with the status that RFC 9110 has for it, or null. */
    Fault fault() {
        if (request.uri().length() > LONGEST_TARGET) {
            return refused(414, "the target must not be longer than " + LONGEST_TARGET + " characters");
        }
        if (lengthOfHeaders() > LONGEST_HEADERS) {
            return refused(431, "all headers together must not be longer than " + LONGEST_HEADERS + " bytes");
        }
        if (!isUri(request.uri())) {
            return refused(400, "the target must be percent-encoded UTF-8 (RFC 3986)");
        }
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

    private long lengthOfHeaders() {
        long length = 0;
        for (var header : request.headers()) {
            length += header.getKey().length() + header.getValue().length() + AROUND_HEADER;
        }
        return length;
    }

    private static boolean isUri(String target) {
        try {
            String decoded = new URI(target).getSchemeSpecificPart(); // U+FFFD in place of what is no UTF-8
            return US_ASCII.newEncoder().canEncode(target) && target.indexOf('#') < 0 && decoded.indexOf('\uFFFD') < 0;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
