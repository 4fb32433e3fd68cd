/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;

/**
 * Completes the OpenAPI document: every operation can end in the errors that all have in common, and every error is a
 * {@link Problem}. An operation documents only the errors that are its own.
 */
public class ProblemResponses implements OASFilter {
    private static final Map<String, String> OF_EVERY_OPERATION = Map.of(
            "400", "The request can't be read; errors names the part at fault",
            "500", "The service failed; trying again may help");
    private static final Map<String, String> OF_THOSE_WITH_A_BODY = Map.of("413", "The body is too long");
    private static final Map<String, String> OF_THOSE_WITH_A_MEDIA_TYPE =
            Map.of("415", "The body's media type is not taken");
    private static final Map<String, String> OF_THOSE_WITH_A_CALLER =
            Map.of("401", "No bearer token, or one that is refused");
    private static final Map<String, String> OF_THOSE_THAT_NEED_A_CALLER = Map.of("403", "The caller may not do this");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .forEach(ProblemResponses::complete);
    }

    private static void complete(Operation operation) {
        add(operation, OF_EVERY_OPERATION);
        if (operation.getRequestBody() != null) {
            add(operation, OF_THOSE_WITH_A_BODY);
            if (!operation.getRequestBody().getContent().hasMediaType(MediaType.WILDCARD)) {
                add(operation, OF_THOSE_WITH_A_MEDIA_TYPE);
            }
        }
        List<SecurityRequirement> security = Objects.requireNonNullElse(operation.getSecurity(), List.of());
        if (!security.isEmpty()) {
            add(operation, OF_THOSE_WITH_A_CALLER);
            if (security.stream().noneMatch(ProblemResponses::isNone)) {
                add(operation, OF_THOSE_THAT_NEED_A_CALLER);
            }
        }
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.compareTo("400") >= 0 && response.getContent() == null) {
                response.setContent(problem());
            }
        });
    }

    /** Among other requirements: a caller may come without a token. */
    private static boolean isNone(SecurityRequirement requirement) {
        return requirement.getSchemes() == null || requirement.getSchemes().isEmpty();
    }

    private static void add(Operation operation, Map<String, String> responses) {
        responses.forEach((status, description) -> {
            if (!operation.getResponses().hasAPIResponse(status)) {
                operation
                        .getResponses()
                        .addAPIResponse(status, OASFactory.createAPIResponse().description(description));
            }
        });
    }

    private static Content problem() {
        Schema schema = OASFactory.createSchema().ref("#/components/schemas/Problem");
        return OASFactory.createContent()
                .addMediaType(Problem.MEDIA_TYPE, OASFactory.createMediaType().schema(schema));
    }
}
