/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.handlers.RequestDeserializeHandler;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;

/**
 * Refuses a body that is of none of the operation's media types (JSON, unless it says others) or in a content coding: 415 (RFC
 * 9110, 15.5.16), where JAX-RS would say 400 or read it all the same. A body without a {@code Content-Type} is taken for one of
 * them. Parameters mean nothing: JSON has no charset (RFC 8259, 11).
 */
public class MediaTypes {
    private static final List<MediaType> JSON = List.of(MediaType.APPLICATION_JSON_TYPE);
    private static final List<MediaType> EVENT =
            List.of(MediaType.APPLICATION_JSON_TYPE, new MediaType("application", "cloudevents+json"));
    private static final String CODED = "The body must be sent without a Content-Encoding.";

    /** An operation that takes bytes looks at them itself. */
    @ServerRequestFilter
    Response check(HttpHeaders headers) {
        RuntimeResource operation = CurrentRequestManager.get().getTarget();
        if (!readsText(operation)) {
            return null;
        }
        if (isCoded(headers)) {
            return Response.fromResponse(ProblemMappers.respond(problem(CODED)))
                    .header(HttpHeaders.ACCEPT_ENCODING, "identity")
                    .build();
        }
        return isOneOf(operation.getConsumes().isEmpty() ? JSON : operation.getConsumes(), headers)
                ? null
                : ProblemMappers.respond(problem(ProblemMappers.advice(Status.UNSUPPORTED_MEDIA_TYPE)));
    }

    /** Whether the body is an event's data in JSON, or all of it. An event may be without a body. */
    public static boolean areOfAnEvent(HttpHeaders headers, byte[] body) {
        return body.length == 0 || !isCoded(headers) && isOneOf(EVENT, headers);
    }

    /** Throws a 415 problem unless they {@linkplain #areOfAnEvent are an event's}. */
    public static void requireEvent(HttpHeaders headers, byte[] body) {
        if (body.length > 0 && isCoded(headers)) {
            throw new ProblemException(problem(CODED));
        }
        if (!areOfAnEvent(headers, body)) {
            throw new ProblemException(problem(
                    "Events are taken one by one, as application/cloudevents+json or with data in application/json."));
        }
    }

    private static boolean readsText(RuntimeResource operation) {
        return Stream.of(operation.getHandlerChain()).anyMatch(RequestDeserializeHandler.class::isInstance)
                && Stream.of(operation.getParameterTypes()).noneMatch(byte[].class::equals);
    }

    private static boolean isCoded(HttpHeaders headers) {
        return !headers.getRequestHeader(HttpHeaders.CONTENT_ENCODING).stream().allMatch("identity"::equalsIgnoreCase);
    }

    private static boolean isOneOf(List<MediaType> taken, HttpHeaders headers) {
        List<String> types = headers.getRequestHeader(HttpHeaders.CONTENT_TYPE);
        return types.size() <= 1 && types.stream().allMatch(type -> isOneOf(taken, type));
    }

    private static boolean isOneOf(List<MediaType> taken, String header) {
        try {
            MediaType type = MediaType.valueOf(header);
            return taken.stream()
                    .anyMatch(one -> one.getType().equalsIgnoreCase(type.getType())
                            && one.getSubtype().equalsIgnoreCase(type.getSubtype()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Problem problem(String detail) {
        return ProblemMappers.ofStatus(Status.UNSUPPORTED_MEDIA_TYPE, detail);
    }
}
