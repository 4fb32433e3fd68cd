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
 * Refuses a body that is of none of the operation's media types (JSON, unless it says others), not in UTF-8 (RFC 8259, 8.1) or in
 * a content coding: 415 (RFC 9110, 15.5.16), where JAX-RS would say 400 or read it all the same. A body without a {@code
 * Content-Type} is taken for one of them.
 */
class MediaTypes {
    private static final List<MediaType> JSON = List.of(MediaType.APPLICATION_JSON_TYPE);

    @ServerRequestFilter
    Response check(HttpHeaders headers) {
        RuntimeResource operation = CurrentRequestManager.get().getTarget();
        List<MediaType> taken = operation.getConsumes().isEmpty() ? JSON : operation.getConsumes();
        if (!takesBody(operation) || taken.contains(MediaType.WILDCARD_TYPE)) {
            return null;
        }
        if (!headers.getRequestHeader(HttpHeaders.CONTENT_ENCODING).stream().allMatch("identity"::equalsIgnoreCase)) {
            return Response.fromResponse(refusal("The body must be sent without a Content-Encoding."))
                    .header(HttpHeaders.ACCEPT_ENCODING, "identity")
                    .build();
        }
        List<String> types = headers.getRequestHeader(HttpHeaders.CONTENT_TYPE);
        if (types.size() > 1 || !types.stream().allMatch(type -> isOneOf(taken, type))) {
            return refusal(ProblemMappers.advice(Status.UNSUPPORTED_MEDIA_TYPE));
        }
        return null;
    }

    private static boolean takesBody(RuntimeResource operation) {
        return Stream.of(operation.getHandlerChain()).anyMatch(RequestDeserializeHandler.class::isInstance);
    }

    private static boolean isOneOf(List<MediaType> taken, String header) {
        try {
            MediaType type = MediaType.valueOf(header);
            String charset = type.getParameters().getOrDefault(MediaType.CHARSET_PARAMETER, "utf-8");
            return charset.equalsIgnoreCase("utf-8")
                    && taken.stream()
                            .anyMatch(one -> one.getType().equalsIgnoreCase(type.getType())
                                    && one.getSubtype().equalsIgnoreCase(type.getSubtype()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Response refusal(String detail) {
        return ProblemMappers.respond(ProblemMappers.ofStatus(Status.UNSUPPORTED_MEDIA_TYPE, detail));
    }
}
