/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses a body that is too long with a problem. Quarkus refuses it as well, but without a word. A body of unknown length
 * (chunked, or HTTP/2) is measured while it is read, and only where an operation reads one.
 */
@Provider
@ApplicationScoped
public class BodyLimit implements ReaderInterceptor {
    private static final int BEFORE_QUARKUS = 9_000;
    private static final int AFTER_QUARKUS = 1;
    private static final Status TOO_LARGE = Status.REQUEST_ENTITY_TOO_LARGE;

    private final int bytes;
    private final RouterProblems problems;

    BodyLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit, RouterProblems problems) {
        this.bytes = Math.toIntExact(limit.asLongValue());
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        filters.register(this::checkLength, BEFORE_QUARKUS);
        filters.register(
                context -> {
                    context.remove(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY); // Quarkus' own measuring
                    context.next();
                },
                AFTER_QUARKUS);
    }

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        if (!context.getHeaders().containsKey(HttpHeaders.CONTENT_LENGTH.toString())) {
            byte[] body = context.getInputStream().readNBytes(bytes + 1);
            if (body.length > bytes) {
                throw new ProblemException(problem()); // the rest is passed over
            }
            context.setInputStream(new ByteArrayInputStream(body));
        }
        return context.proceed();
    }

    private void checkLength(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || Long.parseLong(length) <= bytes) {
            context.next();
            return;
        }
        if (context.request().version() != HttpVersion.HTTP_2) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close"); // the rest is not worth reading
        }
        problems.answer(context, problem());
    }

    private Problem problem() {
        return ProblemMappers.ofStatus(TOO_LARGE, "The body must not be longer than " + bytes + " bytes.");
    }
}
