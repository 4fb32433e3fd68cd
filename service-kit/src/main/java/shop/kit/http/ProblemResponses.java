package shop.kit.http;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;

/**
 * Completes the OpenAPI document: every operation can end in the errors that all have in common, and every error is a
 * {@link Problem}. An operation documents only the errors that are its own.
 */
public class ProblemResponses implements OASFilter {
    private static final Map<String, String> OF_EVERY_OPERATION = Map.of(
            "400", "The request can't be read; errors names the part at fault",
            "500", "The service failed; trying again may help");
    private static final Map<String, String> OF_THOSE_WITH_A_BODY = Map.of(
            "413", "The body is too long",
            "415", "The body's media type is not taken");
    private static final Map<String, String> OF_THOSE_WITH_A_CALLER = Map.of(
            "401", "No bearer token, or one that is refused",
            "403", "The caller may not do this");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .forEach(ProblemResponses::complete);
    }

    private static void complete(Operation operation) {
        OF_EVERY_OPERATION.forEach((status, description) -> add(operation, status, description));
        if (operation.getRequestBody() != null) {
            OF_THOSE_WITH_A_BODY.forEach((status, description) -> add(operation, status, description));
        }
        List<?> security = operation.getSecurity();
        if (security != null && !security.isEmpty()) {
            OF_THOSE_WITH_A_CALLER.forEach((status, description) -> add(operation, status, description));
        }
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.compareTo("400") >= 0 && response.getContent() == null) {
                response.setContent(problem());
            }
        });
    }

    private static void add(Operation operation, String status, String description) {
        if (!operation.getResponses().hasAPIResponse(status)) {
            operation
                    .getResponses()
                    .addAPIResponse(status, OASFactory.createAPIResponse().description(description));
        }
    }

    private static Content problem() {
        Schema schema = OASFactory.createSchema().ref("#/components/schemas/Problem");
        return OASFactory.createContent()
                .addMediaType(Problem.MEDIA_TYPE, OASFactory.createMediaType().schema(schema));
    }
}
