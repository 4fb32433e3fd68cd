/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.enterprise.context.RequestScoped;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * The W3C trace context of a request: the one that it came with, or a new one. The events of the request carry it on in
 * their extension {@code traceparent}, so that an order can be followed through every log.
 */
@RequestScoped
public class Trace {
    private static final Pattern TRACEPARENT = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final String ANY_SPAN = "-00f067aa0ba902b7-00";

    private String parent;

    Trace(CurrentVertxRequest request) {
        var context = request.getCurrent();
        join(context == null ? null : context.request().getHeader("traceparent"));
    }

    /** Continues this trace, if the value is a traceparent of version 00; else keeps the trace or begins one. */
    public void join(Object traceparent) {
        if (traceparent != null && TRACEPARENT.matcher(traceparent.toString()).matches()) {
            parent = traceparent.toString();
        } else if (parent == null) {
            parent = "00-" + UUID.randomUUID().toString().replace("-", "") + ANY_SPAN;
        }
        MDC.put("trace", parent.substring(3, 35));
    }

    public String parent() {
        return parent;
    }
}
