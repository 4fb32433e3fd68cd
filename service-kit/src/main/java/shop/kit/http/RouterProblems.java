/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response.Status;

/** Problems of requests that are refused before JAX-RS sees them. */
@ApplicationScoped
public class RouterProblems {
    private final ObjectMapper json;

    RouterProblems(ObjectMapper json) {
        this.json = json;
    }

    void answer(RoutingContext context, Status status, String detail) {
        answer(context, ProblemMappers.ofStatus(status, detail));
    }

    public void answer(RoutingContext context, ProblemException problem) {
        answer(context, problem.problem());
    }

    private void answer(RoutingContext context, Problem problem) {
        context.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(write(problem));
    }

    private String write(Problem problem) {
        try {
            return json.writeValueAsString(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
