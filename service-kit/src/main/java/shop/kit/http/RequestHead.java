/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.quarkus.micrometer.runtime.binder.vertx.HttpRequestMetric;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response.Status;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses requests whose head can't be served, with a problem. The server reads more than this takes ({@code
 * quarkus.http.limits}), since what the server itself refuses is answered without a word.
 */
@ApplicationScoped
class RequestHead {
    static final int LONGEST_TARGET = 8192; // at least 8000 (RFC 9110, 4.1)
    private static final int AROUND_HEADER = ": \r\n".length();

    private final long longestHeaders;
    private final RouterProblems problems;

    /** @param longestHeaders all header lines together */
    RequestHead(@ConfigProperty(name = "shop.max-header-size") MemorySize longestHeaders, RouterProblems problems) {
        this.longestHeaders = longestHeaders.asLongValue();
        this.problems = problems;
    }

    private record Refusal(Status status, String detail) {}

    void register(@Observes Filters filters) {
        filters.register(
                context -> {
                    label(context);
                    refusal(context.request())
                            .ifPresentOrElse(
                                    refusal -> problems.answer(context, refusal.status(), refusal.detail()),
                                    context::next);
                },
                ExposureFilter.BEFORE_EVERYTHING + 1);
    }

    /** Where no operation matches, Quarkus would make the path that was sent a label of the metrics, which then take no others. */
    private static void label(RoutingContext context) {
        HttpRequestMetric metric = HttpRequestMetric.getRequestMetric(context);
        if (metric != null) {
            metric.setTemplatePath("/other");
        }
    }

    private Optional<Refusal> refusal(HttpServerRequest request) {
        if (request.uri().length() > LONGEST_TARGET) {
            return refuse(
                    Status.REQUEST_URI_TOO_LONG,
                    "Path and query must not be longer than " + LONGEST_TARGET + " characters.");
        }
        if (lengthOfHeaders(request) > longestHeaders) {
            return refuse(
                    Status.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "All headers together must not be longer than " + longestHeaders + " bytes.");
        }
        if (!isUri(request.uri())) {
            return refuse(
                    Status.BAD_REQUEST, "Path and query must be percent-encoded UTF-8 (RFC 3986), without a fragment.");
        }
        String expectation = request.getHeader(HttpHeaders.EXPECT);
        if (expectation != null && !expectation.equalsIgnoreCase("100-continue")) {
            return refuse(Status.EXPECTATION_FAILED, "No other Expect is met than 100-continue.");
        }
        String coding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            return refuse(Status.NOT_IMPLEMENTED, "No other Transfer-Encoding is read than chunked.");
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refuse(Status status, String detail) {
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
