/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.spi.tracing.TagExtractor;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Vert.x' tags as names and attributes of OpenTelemetry's semantic conventions for HTTP and databases. Without queries of URLs and
 * messages of failures, which may tell personal data; a statement has its parameters elsewhere.
 */
final class Described {
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;

    /** Not the lock of a select, {@code for update}. */
    private static final Pattern CHANGE =
            sql("(?<!for |key )\\b(insert|update|delete)\\s+(?:into\\s+|from\\s+)?(\\w+)");

    private static final Pattern READ = sql("\\b(select)\\b.*?\\bfrom\\s+(\\w+)");

    private Described() {}

    /** @param message a request that was received, or its response; may be null */
    static <R> void served(Span span, R message, TagExtractor<R> tags) {
        extract(span, message, tags, false);
    }

    /** @param message a request that was sent, or its response; may be null */
    static <R> void called(Span span, R message, TagExtractor<R> tags) {
        extract(span, message, tags, true);
    }

    /** @param template of the path; null where no operation answered */
    static void route(Span span, String method, String template) {
        if (template != null) {
            span.setAttribute("http.route", template);
            span.updateName(method + " " + template);
        }
    }

    /** The verb and the table of the first thing that a statement changes, or else reads: {@code update outbox}. */
    static String nameOf(String statement) {
        return Stream.of(CHANGE, READ)
                .map(pattern -> pattern.matcher(statement))
                .filter(Matcher::find)
                .map(found -> found.group(1) + " " + found.group(2))
                .findFirst()
                .orElseGet(() -> statement.strip().split("\\s", 2)[0])
                .toLowerCase(Locale.ROOT);
    }

    private static Pattern sql(String pattern) {
        return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    private static <R> void extract(Span span, R message, TagExtractor<R> tags, boolean call) {
        if (message != null && span.isRecording()) {
            tags.extractTo(message, (name, value) -> set(span, name, value, call));
        }
    }

    private static void set(Span span, String tag, String value, boolean call) {
        switch (tag) {
            case "http.method" -> span.setAttribute("http.request.method", value);
            case "http.path" -> span.setAttribute("url.path", value);
            case "http.scheme" -> span.setAttribute("url.scheme", value);
            case "http.url" -> {
                if (call) {
                    span.setAttribute("url.full", value.split("[?#]", 2)[0]);
                }
            }
            case "http.status_code" -> status(span, Integer.parseInt(value), call ? CLIENT_ERROR : SERVER_ERROR);
            case "db.system" -> span.setAttribute("db.system.name", value);
            case "db.instance" -> span.setAttribute("db.namespace", value);
            case "db.statement" -> {
                span.setAttribute("db.query.text", value);
                span.updateName(nameOf(value));
            }
            default -> {}
        }
    }

    private static void status(Span span, int code, int error) {
        span.setAttribute("http.response.status_code", code);
        if (code >= error) {
            span.setStatus(StatusCode.ERROR);
        }
    }
}
