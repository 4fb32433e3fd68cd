/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.info.Info;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/** The rest of what operations have in common: the server, the place of what was created, and which paths are answered. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = ApiDescription.FIRST)
public class ApiDescription implements OASFilter {
    static final int FIRST = 100;

    /** Of parameters that mean the same wherever they stand. */
    private static final Map<String, String> DESCRIPTIONS = Map.of(
            "id",
            "The id that it was created with",
            "cursor",
            "The next of the page before; without one the list is given from its beginning",
            "limit",
            "The number of items on the page",
            HttpHeaders.IF_MATCH,
            "The ETag of the state that the change was made from, or *");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        boolean clusterLocal = ConfigProvider.getConfig()
                .getOptionalValue("shop.exposure", String.class)
                .orElse("rest")
                .equals("all");
        document.addServer(OASFactory.createServer()
                .url("/")
                .description("Where this document was read, in production as on a laptop")
                .addExtension("x-internal", clusterLocal));
        describe(document.getInfo());
        if (!clusterLocal) {
            document.getPaths().removePathItem("/events"); // ExposureFilter answers 404
        }
        operations(document).forEach(operation -> {
            tellLocation(operation);
            parameters(operation).forEach(ApiDescription::describe);
        });
    }

    /** Not by mp.openapi's own key: SmallRye sets its value after the filters. */
    private static void describe(Info info) {
        String service = ConfigProvider.getConfig()
                .getOptionalValue("shop.description", String.class)
                .orElse("");
        info.setDescription(service + "\n\nThe events that the parts of the shop exchange are described in AsyncAPI:"
                + " [asyncapi.json](/asyncapi.json).\n\n" + Objects.requireNonNullElse(info.getDescription(), ""));
    }

    private static void describe(Parameter parameter) {
        if (parameter.getDescription() == null) {
            parameter.setDescription(DESCRIPTIONS.get(parameter.getName()));
        }
        Schema schema = parameter.getSchema();
        if (IdempotencyKeys.HEADER.equals(parameter.getName())) {
            schema.setMinLength(1);
            schema.setMaxLength(IdempotencyKeys.LONGEST);
        }
        if (schema.getDefaultValue() instanceof String text && schema.getType().contains(SchemaType.INTEGER)) {
            schema.setDefaultValue(Integer.valueOf(text));
        }
    }

    private static Stream<Parameter> parameters(Operation operation) {
        return Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of()).stream();
    }

    private static void tellLocation(Operation operation) {
        var created = operation.getResponses().getAPIResponse("201");
        if (created != null) {
            created.addHeader(
                    HttpHeaders.LOCATION,
                    OASFactory.createHeader()
                            .description("The address of what was created")
                            .required(true)
                            .schema(OASFactory.createSchema()
                                    .addType(SchemaType.STRING)
                                    .format("uri")));
        }
    }

    private static Stream<Operation> operations(OpenAPI document) {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream());
    }
}
