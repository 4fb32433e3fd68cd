/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response.Status;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Gives everything that is read an entity tag and evaluates the preconditions of reading it (RFC 9110, 13.2.2); and keeps every
 * answer that does not say otherwise out of all caches, since most of them are about a person (RFC 9111, 5.2.2.5).
 */
class ConditionalReads {
    private static final Set<String> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final ETags etags;
    private final Clock clock;

    ConditionalReads(ETags etags, Clock clock) {
        this.etags = etags;
        this.clock = clock;
    }

    @ServerResponseFilter
    public void complete(ContainerRequestContext request, ContainerResponseContext response) {
        MultivaluedMap<String, Object> headers = response.getHeaders();
        headers.putSingle(HttpHeaders.DATE, Date.from(clock.instant())); // 6.6.1; Vert.x sends none
        headers.computeIfAbsent(HttpHeaders.CACHE_CONTROL, name -> List.of("private, no-store"));
        if (READING.contains(request.getMethod())
                && response.getStatus() == Status.OK.getStatusCode()
                && response.hasEntity()) {
            String tag = headers.containsKey(HttpHeaders.ETAG)
                    ? headers.getFirst(HttpHeaders.ETAG).toString()
                    : etags.ofContent(response.getEntity());
            headers.putSingle(HttpHeaders.ETAG, tag);
            evaluate(request.getHeaders(), tag, response);
        }
    }

    /** A 304 has the headers that a cache needs, which are there already, and nothing of the representation (15.4.5). */
    private static void evaluate(MultivaluedMap<String, String> sent, String tag, ContainerResponseContext response) {
        Preconditions preconditions =
                Preconditions.of(sent.get(HttpHeaders.IF_MATCH), sent.get(HttpHeaders.IF_NONE_MATCH));
        preconditions.requireMatch(tag);
        if (!preconditions.noneMatches(tag)) {
            response.setStatusInfo(Status.NOT_MODIFIED);
            response.setEntity(null);
            response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
        }
    }
}
