/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Gives {@code Location} the scheme that the caller used: Knative's ingress has ended TLS, and says so in {@code
 * X-Forwarded-Proto}. The caller's host is in {@code Host}, as it was; no ingress of Knative sets or removes {@code
 * X-Forwarded-Host}, so that header is anybody's word.
 */
class ForwardedScheme {
    @ServerResponseFilter
    void apply(ContainerRequestContext request, ContainerResponseContext response) {
        URI location = response.getLocation();
        if (location != null && "https".equals(request.getHeaderString("X-Forwarded-Proto"))) {
            response.getHeaders()
                    .putSingle(
                            HttpHeaders.LOCATION,
                            UriBuilder.fromUri(location).scheme("https").build());
        }
    }
}
