/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;

/**
 * Completes the OpenAPI document while the service is built: every operation can end in the problems that all have in common,
 * and every error is a {@link Problem}. An operation documents only the errors that are its own, and after the meaning of each
 * the last part of its {@code type} in parentheses: {@code There is too little stock (out-of-stock)}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ProblemResponses implements OASFilter {
    /** A problem that is the same in all operations, and the header that comes with it, if any. */
    private record Common(String name, String description, String header, String headerDescription) {
        private Common(String name, String description) {
            this(name, description, null, null);
        }
    }

    private static final Map<String, Common> COMMON = Map.ofEntries(
            Map.entry(
                    "400",
                    new Common(
                            "BadRequest",
                            "A parameter, header or member, which errors names, is not as described (invalid-request), or the"
                                    + " request is not readable at all (bad-request)")),
            Map.entry(
                    "401",
                    new Common(
                            "Unauthorized",
                            "No bearer token, or one that is refused (unauthenticated)",
                            HttpHeaders.WWW_AUTHENTICATE,
                            "The scheme to authenticate by")),
            Map.entry("403", new Common("Forbidden", "The caller may not do this (forbidden)")),
            Map.entry(
                    "405",
                    new Common(
                            "MethodNotAllowed",
                            "The path does not take this method (method-not-allowed)",
                            HttpHeaders.ALLOW,
                            "The methods that it takes")),
            Map.entry(
                    "406",
                    new Common("NotAcceptable", "Accept names no media type that can be given (not-acceptable)")),
            Map.entry(
                    "412",
                    new Common(
                            "PreconditionFailed",
                            "The state has changed since its ETag was read (precondition-failed)")),
            Map.entry("413", new Common("ContentTooLarge", "The body is too long (request-entity-too-large)")),
            Map.entry(
                    "415",
                    new Common(
                            "UnsupportedMediaType",
                            "The body's media type or encoding is not taken (unsupported-media-type)")),
            Map.entry("428", new Common("PreconditionRequired", "If-Match is missing (precondition-required)")),
            Map.entry("500", new Common("InternalError", "The service failed (internal-error); trying again may help")),
            Map.entry(
                    "503",
                    new Common(
                            "ServiceUnavailable",
                            "The service takes no more requests (service-unavailable), or its database does not answer"
                                    + " (database-unavailable)",
                            HttpHeaders.RETRY_AFTER,
                            "The seconds to wait before the next try")));

    private static final String ETAG = "The tag of this state, for If-Match and If-None-Match";

    /** Knative answers it in the service's place, hence with no problem. */
    private static final APIResponse GATEWAY_TIMEOUT = OASFactory.createAPIResponse()
            .description(
                    "The service did not answer in time, and whether the request has had its effect is unknown. Send it"
                            + " again, with the same Idempotency-Key where there is one");

    /** The type of what an operation describes by itself without naming one. */
    private static final Map<String, String> TYPE_OF = Map.of(
            "403", "forbidden",
            "404", "not-found",
            "410", "gone",
            "412", "precondition-failed",
            "428", "precondition-required",
            "503", "service-unavailable");

    private static final Pattern MEANING_AND_TYPE =
            Pattern.compile("\\G(?:[,;]? (?:or )?)?(.+?) \\(([a-z]+(?:-[a-z]+)*)\\)");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths()
                .getPathItems()
                .values()
                .forEach(path -> path.getOperations().forEach(ProblemResponses::complete));
        Set<String> referenced = referenced(document);
        COMMON.forEach((status, common) -> {
            if (referenced.contains(common.name())) {
                document.getComponents().addResponse(common.name(), response(status, common));
            }
        });
        document.getComponents().addResponse("GatewayTimeout", GATEWAY_TIMEOUT);
        document.getComponents().addResponse("NotModified", notModified());
        document.getInfo()
                .setDescription(Objects.requireNonNullElse(document.getInfo().getDescription(), "") + table(document));
    }

    private static void complete(HttpMethod method, Operation operation) {
        APIResponse ofValidation = operation.getResponses().getAPIResponse("400");
        if (ofValidation != null && "Bad Request".equals(ofValidation.getDescription())) {
            operation.getResponses().removeAPIResponse("400"); // SmallRye's own, of every validated body
        }
        for (String status : List.of("400", "405", "500", "503")) {
            refer(operation, status, COMMON.get(status).name());
        }
        refer(operation, "504", "GatewayTimeout");
        boolean ofEvents = operation.getRequestBody() != null
                && operation.getRequestBody().getContent().hasMediaType(MediaType.WILDCARD);
        if (!ofEvents) { // Accept is for problems, too, where an operation gives nothing else
            refer(operation, "406", COMMON.get("406").name());
        }
        if (method != HttpMethod.GET) { // whether or not the body is read
            refer(operation, "413", COMMON.get("413").name());
        }
        if (operation.getRequestBody() != null && !ofEvents) {
            refer(operation, "415", COMMON.get("415").name());
        }
        if (method == HttpMethod.GET && operation.getResponses().hasAPIResponse("200")) { // ConditionalReads
            operation.getResponses().getAPIResponse("200").addHeader(HttpHeaders.ETAG, header(ETAG, true));
            refer(operation, "304", "NotModified");
            refer(operation, "412", COMMON.get("412").name());
        }
        header(operation, HttpHeaders.IF_MATCH).ifPresent(condition -> {
            refer(operation, "412", COMMON.get("412").name());
            if (Boolean.TRUE.equals(condition.getRequired())) {
                refer(operation, "428", COMMON.get("428").name());
            }
        });
        List<SecurityRequirement> security = Objects.requireNonNullElse(operation.getSecurity(), List.of());
        operation.setSecurity(security); // an operation that is open to everyone says so
        if (security.stream().anyMatch(requirement -> requirement.hasScheme(Api.BEARER))) {
            refer(operation, "401", COMMON.get("401").name());
            if (security.stream().noneMatch(ProblemResponses::isNone)) {
                refer(operation, "403", COMMON.get("403").name());
            }
        }
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.compareTo("400") >= 0 && response.getRef() == null && response.getContent() == null) {
                describe(status, response);
            }
        });
        operation
                .getResponses()
                .setAPIResponses(new TreeMap<>(operation.getResponses().getAPIResponses()));
    }

    private static Optional<Parameter> header(Operation operation, String name) {
        return Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of()).stream()
                .filter(parameter -> parameter.getIn() == Parameter.In.HEADER && name.equals(parameter.getName()))
                .findFirst();
    }

    /** Among other requirements: a caller may come without a token. */
    private static boolean isNone(SecurityRequirement requirement) {
        return requirement.getSchemes() == null || requirement.getSchemes().isEmpty();
    }

    private static void refer(Operation operation, String status, String component) {
        if (!operation.getResponses().hasAPIResponse(status)) {
            operation
                    .getResponses()
                    .addAPIResponse(status, OASFactory.createAPIResponse().ref("#/components/responses/" + component));
        }
    }

    private static APIResponse response(String status, Common common) {
        APIResponse response = OASFactory.createAPIResponse().description(common.description());
        if (common.header() != null) {
            // Where the service takes no more requests, it can't tell for how long.
            boolean required = !common.header().equals(HttpHeaders.RETRY_AFTER);
            response.addHeader(common.header(), header(common.headerDescription(), required));
        }
        describe(status, response);
        return response;
    }

    private static APIResponse notModified() {
        return OASFactory.createAPIResponse()
                .description("If-None-Match names its ETag: it is as it was read")
                .addHeader(HttpHeaders.ETAG, header(ETAG, true));
    }

    private static Header header(String description, boolean required) {
        return OASFactory.createHeader()
                .description(description)
                .required(required)
                .schema(OASFactory.createSchema().addType(SchemaType.STRING));
    }

    private static void describe(String status, APIResponse response) {
        if (types(response).isEmpty() && TYPE_OF.containsKey(status)) {
            response.setDescription(response.getDescription() + " (" + TYPE_OF.get(status) + ")");
        }
        var problem =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref("#/components/schemas/Problem"));
        types(response)
                .forEach((type, meaning) -> problem.addExample(
                        type, OASFactory.createExample().value(example(type, Integer.parseInt(status), meaning))));
        Content content = OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, problem);
        response.setContent(content);
    }

    private static Map<String, Object> example(String type, int status, String meaning) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", Problem.TYPES + type);
        members.put("title", capitalized(type.replace('-', ' ')));
        members.put("status", status);
        members.put("detail", meaning + ".");
        return members;
    }

    /** The meaning of each type that the response names. */
    private static Map<String, String> types(APIResponse response) {
        Map<String, String> types = new LinkedHashMap<>();
        MEANING_AND_TYPE
                .matcher(Objects.requireNonNullElse(response.getDescription(), ""))
                .results()
                .forEach(found -> types.put(found.group(2), capitalized(found.group(1))));
        return types;
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** All problems of the document, in Markdown. */
    private static String table(OpenAPI document) {
        Map<String, String> rows = new TreeMap<>();
        Stream.concat(
                        document.getComponents().getResponses().values().stream(),
                        operations(document)
                                .flatMap(operation -> operation.getResponses().getAPIResponses().values().stream()))
                .flatMap(response -> types(response).entrySet().stream())
                .forEach(type -> rows.merge(
                        type.getKey(),
                        type.getValue(),
                        (one, other) -> one.contains(other) ? one : one + "; or: " + other));
        return rows.entrySet().stream()
                .map(row -> "| `" + Problem.TYPES + row.getKey() + "` | " + row.getValue() + " |")
                .collect(joining(
                        "\n",
                        "Every error is a problem (RFC 9457). Its `type` is never changed and never used for anything else:\n\n"
                                + "| type | meaning |\n|---|---|\n",
                        ""));
    }

    private static Set<String> referenced(OpenAPI document) {
        return operations(document)
                .flatMap(operation -> operation.getResponses().getAPIResponses().values().stream())
                .map(APIResponse::getRef)
                .filter(Objects::nonNull)
                .map(ref -> ref.substring(ref.lastIndexOf('/') + 1))
                .collect(toSet());
    }

    private static Stream<Operation> operations(OpenAPI document) {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream());
    }
}
