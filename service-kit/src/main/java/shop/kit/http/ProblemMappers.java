/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import shop.kit.sql.DatabaseUnavailable;
import shop.text.TextReader;

/** Turns every exception that ends a request into a {@link Problem}. Of an unforeseen one it tells the status only. */
class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);
    /** About the time of a connection's end, a lock's time limit or a server's restart. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    @ServerExceptionMapper
    Response problem(ProblemException e) {
        Response.ResponseBuilder response = Response.fromResponse(respond(e.problem()));
        e.retryAfter().ifPresent(time -> response.header(HttpHeaders.RETRY_AFTER, time.toSeconds()));
        return response.build();
    }

    @ServerExceptionMapper
    Response unauthenticated(UnauthorizedException e) {
        return challenge("This needs an Authorization header with a bearer token.");
    }

    @ServerExceptionMapper
    Response refusedToken(AuthenticationFailedException e) {
        return challenge("The bearer token was refused: it must be signed by a trusted issuer, be meant for this"
                + " audience and not have expired.");
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException e) {
        return respond(Problem.forbidden("Your roles do not allow this.").problem());
    }

    /** Quarkus has a mapper of its own for these, with another body; the more specific one wins. */
    @ServerExceptionMapper
    Response mismatched(MismatchedInputException e) {
        return unreadable(e);
    }

    @ServerExceptionMapper
    Response unreadable(JsonProcessingException e) {
        return respond(
                Problem.invalid(Problem.Place.body, memberOf(e), describe(e)).problem());
    }

    @ServerExceptionMapper
    Response violations(ConstraintViolationException e, UriInfo uri) {
        List<Problem.Fault> faults = e.getConstraintViolations().stream()
                .map(violation -> fault(violation, uri))
                .sorted(Comparator.comparing(Problem.Fault::name))
                .toList();
        String detail = faults.stream()
                .map(fault -> fault.name() + " " + fault.message())
                .collect(Collectors.joining("; ", "", "."));
        return respond(new Problem(Problem.TYPES + "invalid-request", "Invalid request", 400, detail, faults));
    }

    @ServerExceptionMapper
    Response refusedByTheFramework(WebApplicationException e) {
        if (e.getCause() instanceof JsonProcessingException json) {
            return unreadable(json);
        }
        if (e.getCause() instanceof ProblemException problem) {
            return problem(problem);
        }
        Response.StatusType status = e.getResponse().getStatusInfo();
        if (status.getStatusCode() < 400) {
            return e.getResponse();
        }
        Response response = respond(ofStatus(status, advice(status)));
        return status.getStatusCode() == 405 ? AllowedMethods.addTo(Response.fromResponse(response)) : response;
    }

    /** Of the client's making or not, it passes: whoever asks again, as brokers do after a 503, gets what was asked for. */
    @ServerExceptionMapper
    Response databaseUnavailable(DatabaseUnavailable e) {
        LOG.warnf("Database unavailable: %s", e.getMessage());
        return problem(Problem.unavailable(
                "database-unavailable",
                "Database unavailable",
                "The database does not answer, or others use what this needs. Try again in a moment, a change with"
                        + " the same Idempotency-Key or If-Match.",
                RETRY_AFTER));
    }

    @ServerExceptionMapper
    Response unforeseen(Throwable e) {
        return respond(internalError(e));
    }

    static Problem internalError(Throwable e) {
        LOG.error("Request failed", e);
        return new Problem(
                Problem.TYPES + "internal-error",
                "Internal error",
                500,
                "The service failed to answer. Trying again may help; the service's log says why.",
                List.of());
    }

    static Response respond(Problem problem) {
        return Response.status(problem.status())
                .type(Problem.MEDIA_TYPE)
                .entity(problem)
                .build();
    }

    /** The problem whose kind is no more than its status. */
    static Problem ofStatus(Response.StatusType status, String detail) {
        String slug = status.getReasonPhrase().toLowerCase().replace(' ', '-');
        return new Problem(Problem.TYPES + slug, status.getReasonPhrase(), status.getStatusCode(), detail, List.of());
    }

    private static Response challenge(String detail) {
        Problem problem = Problem.because(401, "unauthenticated", "Not authenticated", detail)
                .problem();
        return Response.fromResponse(respond(problem))
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .build();
    }

    static String advice(Response.StatusType status) {
        return switch (status.getStatusCode()) {
            case 400 -> "The request can't be read: look at its target, its Host and its headers.";
            case 404 -> "There is nothing at this path.";
            case 405 -> "This path does not take this method; Allow lists those that it takes.";
            case 406 -> "None of the media types in the Accept header can be produced.";
            case 415 -> "The body must be sent with the Content-Type that this operation documents.";
            default -> status.getReasonPhrase() + ".";
        };
    }

    private static String memberOf(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping)) {
            return "";
        }
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }

    private static String describe(JsonProcessingException e) {
        String member = memberOf(e);
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "The member " + member + " is not known here; known are " + unknown.getKnownPropertyIds() + ".";
        }
        if (e instanceof TextReader.Refused refused) {
            return "The member " + member + " " + refused.getOriginalMessage() + ".";
        }
        if (!member.isEmpty()) {
            return "The member " + member + " has a value of the wrong type or form.";
        }
        return e.getLocation() == null
                ? "The body is not the JSON that this operation documents."
                : "The body is not the JSON that this operation documents: line "
                        + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ".";
    }

    private static Problem.Fault fault(ConstraintViolation<?> violation, UriInfo uri) {
        List<Path.Node> nodes = StreamSupport.stream(violation.getPropertyPath().spliterator(), false)
                .filter(node -> node.getKind() != ElementKind.METHOD && node.getKind() != ElementKind.CONTAINER_ELEMENT)
                .toList();
        boolean ofParameter = nodes.size() == 1 && nodes.getFirst().getKind() == ElementKind.PARAMETER;
        String name = nodes.stream()
                .skip(
                        ofParameter
                                ? 0
                                : nodes.stream()
                                        .filter(node -> node.getKind() == ElementKind.PARAMETER)
                                        .count())
                .map(Path.Node::toString)
                .collect(Collectors.joining("."));
        if (ofParameter && violation.getConstraintDescriptor().getAnnotation() instanceof NotNull) {
            return new Problem.Fault(Problem.Place.body, "body", "is needed"); // only the body has no default
        }
        Problem.Place place = !ofParameter
                ? Problem.Place.body
                : uri.getPathParameters().containsKey(name) ? Problem.Place.path : Problem.Place.query;
        return new Problem.Fault(place, name, violation.getMessage());
    }
}
