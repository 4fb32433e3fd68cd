/* SPDX-License-Identifier: Apache-2.0 */
package shop.payments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every refusal as a problem (RFC 9457), whether the router makes it, JAX-RS or a constraint. */
@Singleton
class Problems {
    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final String MEDIA_TYPE = "application/problem+json";

    private final long longestBody;

    Problems(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.longestBody = limit.asLongValue();
    }

    void install(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::check).failureHandler(Problems::answerFailure);
        // The router's own answers: to paths that it can't decode, and where no route fits.
        List.of(400, 404, 405, 406, 415)
                .forEach(status -> router.errorHandler(status, context -> answer(context, status)));
    }

    @ServerExceptionMapper
    Response refused(WebApplicationException e) {
        int status = e.getResponse().getStatus();
        return Response.fromResponse(e.getResponse()) // with its Retry-After
                .type(MEDIA_TYPE)
                .entity(problem(status, HttpResponseStatus.valueOf(status).reasonPhrase())
                        .encode())
                .build();
    }

    @ServerExceptionMapper
    Response violations(ConstraintViolationException e) {
        return respond(
                400,
                e.getConstraintViolations().stream()
                        .map(violation -> violation.getPropertyPath() + " " + violation.getMessage())
                        .sorted()
                        .collect(Collectors.joining("; ")));
    }

    /** Quarkus has a mapper of its own for these; the more specific one wins. */
    @ServerExceptionMapper
    Response mismatched(MismatchedInputException e) {
        return unreadable(e);
    }

    @ServerExceptionMapper
    Response unreadable(JsonProcessingException e) {
        return respond(400, "The body is not the JSON that this operation takes.");
    }

    @ServerExceptionMapper
    Response failed(Throwable e) {
        LOG.error("Request failed", e);
        return respond(500, "The sandbox failed, its log says why.");
    }

    private static Response respond(int status, String detail) {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .entity(problem(status, detail).encode())
                .build();
    }

    /** Quarkus refuses a body that is too long without a word, and takes one in a content coding for JSON. */
    private void check(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > longestBody) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close"); // the rest is not worth reading
            answer(context, 413);
        } else if (context.request().headers().contains(HttpHeaders.CONTENT_ENCODING)) {
            answer(context, 415);
        } else {
            context.next();
        }
    }

    private static void answerFailure(RoutingContext context) {
        if (context.response().headWritten()) {
            context.response().reset();
            return;
        }
        if (context.statusCode() >= 500) {
            LOG.error("Request failed", context.failure());
        }
        answer(context, context.statusCode());
    }

    private static void answer(RoutingContext context, int status) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                .end(problem(status, HttpResponseStatus.valueOf(status).reasonPhrase())
                        .toBuffer());
    }

    private static JsonObject problem(int status, String detail) {
        return new JsonObject()
                .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                .put("status", status)
                .put("detail", detail);
    }
}
