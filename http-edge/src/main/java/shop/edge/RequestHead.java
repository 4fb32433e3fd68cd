/* SPDX-License-Identifier: Apache-2.0 */
package shop.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.quarkus.micrometer.runtime.binder.vertx.HttpRequestMetric;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * The part of a request before its body, and what no server takes of it. The server itself reads more ({@code
 * quarkus.http.limits}), since what it refuses is answered without a word.
 */
public final class RequestHead {
    /** Of path and query, in characters: at least 8000 (RFC 9110, 4.1). */
    public static final int LONGEST_TARGET = 8192;

    /**
     * Of all header lines together, in bytes. Attributes of events are headers, and CloudEvents names no limit for them. Kourier's
     * Envoy reads 60 KiB of them (max_request_headers_kb), and it, activator and queue-proxy add some.
     */
    private static final int LONGEST_HEADERS = 64 << 10;

    private static final int AROUND_HEADER = ": \r\n".length();

    private RequestHead() {}

    /** @param status that RFC 9110 has for it */
    public record Refusal(int status, String detail) {}

    /** Why this request can't be served; empty if its head is all right. */
    public static Optional<Refusal> refusal(HttpServerRequest request) {
        if (request.uri().length() > LONGEST_TARGET) {
            return refuse(414, "Path and query must not be longer than " + LONGEST_TARGET + " characters.");
        }
        if (lengthOfHeaders(request) > LONGEST_HEADERS) {
            return refuse(431, "All headers together must not be longer than " + LONGEST_HEADERS + " bytes.");
        }
        if (!isUri(request.uri())) {
            return refuse(400, "Path and query must be percent-encoded UTF-8 (RFC 3986), without a fragment.");
        }
        String expectation = request.getHeader(HttpHeaders.EXPECT);
        if (expectation != null && !expectation.equalsIgnoreCase("100-continue")) {
            return refuse(417, "No other Expect is met than 100-continue.");
        }
        String coding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            return refuse(501, "No other Transfer-Encoding is read than chunked.");
        }
        return Optional.empty();
    }

    /**
     * Keeps a path that no operation matches out of the metrics. Quarkus would make it a label, and after 100 of them count no
     * others (quarkus.micrometer.binder.http-server.max-uri-tags).
     */
    public static void keepOutOfMetrics(RoutingContext context) {
        HttpRequestMetric metric = HttpRequestMetric.getRequestMetric(context);
        if (metric != null) {
            metric.setTemplatePath("/other");
        }
    }

    private static Optional<Refusal> refuse(int status, String detail) {
        return Optional.of(new Refusal(status, detail));
    }

    private static long lengthOfHeaders(HttpServerRequest request) {
        long length = 0;
        for (var header : request.headers()) {
            length += header.getKey().length() + header.getValue().length() + AROUND_HEADER;
        }
        return length;
    }

    private static boolean isUri(String target) {
        try {
            URI uri = new URI(target);
            String decoded = uri.getSchemeSpecificPart(); // U+FFFD in place of what is no UTF-8
            return US_ASCII.newEncoder().canEncode(target)
                    && uri.getRawFragment() == null
                    && decoded.indexOf('\uFFFD') < 0;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
