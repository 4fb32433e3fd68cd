/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response.Status;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import shop.edge.RequestHead;

/** Problems of requests that are refused before JAX-RS sees them, by this project's filters or by the router. */
@ApplicationScoped
public class RouterProblems {
    private static final Logger LOG = Logger.getLogger(RouterProblems.class);

    private final ObjectMapper json;

    RouterProblems(ObjectMapper json) {
        this.json = json;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answerFailure);
        // The router's own answers: to paths that it can't decode, and where no route fits.
        Stream.of(
                        Status.BAD_REQUEST,
                        Status.NOT_FOUND,
                        Status.METHOD_NOT_ALLOWED,
                        Status.NOT_ACCEPTABLE,
                        Status.UNSUPPORTED_MEDIA_TYPE)
                .forEach(status -> router.errorHandler(
                        status.getStatusCode(), context -> answer(context, status, ProblemMappers.advice(status))));
    }

    void refuse(@Observes Filters filters) {
        filters.register(
                context -> {
                    RequestHead.keepOutOfMetrics(context);
                    RequestHead.refusal(context.request())
                            .ifPresentOrElse(
                                    refusal ->
                                            answer(context, Status.fromStatusCode(refusal.status()), refusal.detail()),
                                    context::next);
                },
                ExposureFilter.BEFORE_EVERYTHING + 1);
    }

    void answer(RoutingContext context, Status status, String detail) {
        answer(context, ProblemMappers.ofStatus(status, detail));
    }

    public void answer(RoutingContext context, ProblemException problem) {
        answer(context, problem.problem());
    }

    void answer(RoutingContext context, Problem problem) {
        context.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(write(problem));
    }

    private void answerFailure(RoutingContext context) {
        if (context.failure() instanceof SecurityException) {
            context.next(); // ProblemMappers' task
        } else if (context.response().headWritten()) {
            context.response().reset();
        } else if (isAsterisk(context) && context.request().method().equals(HttpMethod.OPTIONS)) {
            context.response().setStatusCode(Status.NO_CONTENT.getStatusCode()).end();
        } else {
            answer(context, problemOf(context));
        }
    }

    private static Problem problemOf(RoutingContext context) {
        Status status = Status.fromStatusCode(context.statusCode());
        if (context.failure() instanceof RejectedExecutionException) {
            status = Status.SERVICE_UNAVAILABLE;
        }
        String path = context.request().path();
        if (path == null || !path.startsWith("/")) {
            status = Status.BAD_REQUEST;
        }
        if (status == null || status == Status.INTERNAL_SERVER_ERROR) {
            return ProblemMappers.internalError(context.failure());
        }
        return ProblemMappers.ofStatus(status, ProblemMappers.advice(status));
    }

    /** The target of a request to the server as a whole (RFC 9112, 3.2.4). */
    private static boolean isAsterisk(RoutingContext context) {
        return "*".equals(context.request().uri());
    }

    private String write(Problem problem) {
        try {
            return json.writeValueAsString(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
