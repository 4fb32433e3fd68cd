/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.validation.Constraint;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import shop.edge.RequestHead;

/**
 * Says in the OpenAPI document, while the service is built, what the records leave to Jackson and to {@link JsonRules}: which
 * members an answer always has, that a request has no others, that a pattern is one of the whole text, what a merge patch looks
 * like; and gives each body an example, made from those of its members.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = ApiSchemas.LAST)
public class ApiSchemas implements OASFilter {
    static final int LAST = -1;

    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String REFERENCE = "#/components/schemas/";

    private static final String OF_NOT_BLANK = "\\S";
    private static final int UUID_LENGTH = 36;

    private static final Map<String, String> EXAMPLES_OF_FORMATS =
            Map.of("uuid", "01a20f92-2a96-701a-94a7-d0584b8dcde6", "date-time", "2026-11-24T21:59:27.125644Z");

    private final IndexView index;
    private final Map<String, ClassInfo> records;

    public ApiSchemas(IndexView index) {
        this.index = index;
        records = index.getKnownClasses().stream()
                .filter(type -> type.isRecord() && type.name().toString().startsWith("shop."))
                .collect(toMap(ApiSchemas::schemaName, type -> type, (one, other) -> one));
    }

    private static String schemaName(ClassInfo type) {
        var schema = type.declaredAnnotation(org.eclipse.microprofile.openapi.annotations.media.Schema.class);
        return schema == null || schema.value("name") == null
                ? type.simpleName()
                : schema.value("name").asString();
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        new Document(document, new TreeMap<>(schemas)).complete();
    }

    private final class Document {
        private final OpenAPI document;
        private final Map<String, Schema> schemas;

        private Document(OpenAPI document, Map<String, Schema> schemas) {
            this.document = document;
            this.schemas = schemas;
        }

        private void complete() {
            named(bodies(true).map(MediaType::getSchema)).forEach(name -> constrain(name, schemas.get(name)));
            describeMergePatches();
            Set<String> given = named(bodies(false).map(MediaType::getSchema));
            Set<String> taken = named(bodies(true).map(MediaType::getSchema));
            removeAllBut(Stream.of(given, taken, named(parameters()))
                    .flatMap(Set::stream)
                    .collect(toSet()));
            given.forEach(name -> requireMembers(name, schemas.get(name)));
            taken.stream()
                    .filter(name -> !given.contains(name))
                    .map(schemas::get)
                    .forEach(ApiSchemas::close);
            Stream.concat(schemas.values().stream(), parameters()).forEach(ApiSchemas::anchor);
            Stream.of(taken.stream().map(schemas::get), parameters(), Stream.ofNullable(schemas.get("UUID")))
                    .flatMap(found -> found)
                    .forEach(ApiSchemas::limit);
            Stream.concat(bodies(true), bodies(false))
                    .filter(body -> body.getExample() == null && body.getExamples() == null)
                    .forEach(body -> body.setExample(example(body.getSchema())));
        }

        private Stream<Operation> operations() {
            return document.getPaths().getPathItems().values().stream()
                    .flatMap(path -> path.getOperations().values().stream());
        }

        private Stream<Schema> parameters() {
            return operations()
                    .flatMap(operation ->
                            Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of()).stream())
                    .map(Parameter::getSchema);
        }

        private Stream<MediaType> bodies(boolean ofRequests) {
            Stream<Content> contents = ofRequests
                    ? operations()
                            .map(Operation::getRequestBody)
                            .filter(Objects::nonNull)
                            .map(body -> body.getContent())
                    : Stream.concat(
                                    document.getComponents().getResponses().values().stream(),
                                    operations()
                                            .flatMap(operation ->
                                                    operation.getResponses().getAPIResponses().values().stream()))
                            .map(response -> response.getContent());
            return contents.filter(Objects::nonNull)
                    .flatMap(content -> content.getMediaTypes().values().stream())
                    .filter(body -> body.getSchema() != null);
        }

        /** The components that these bodies refer to, and those that they refer to in turn. */
        private Set<String> named(Stream<Schema> referring) {
            Set<String> names = new LinkedHashSet<>();
            referring.forEach(schema -> collect(schema, names));
            return names;
        }

        /** The configuration of all services describes what only some use. */
        private void removeAllBut(Set<String> used) {
            schemas.keySet().retainAll(used);
            document.getComponents().setSchemas(schemas);
        }

        private void collect(Schema schema, Set<String> names) {
            if (schema == null) {
                return;
            }
            String name = nameOf(schema);
            if (name != null && names.add(name)) {
                collect(schemas.get(name), names);
            }
            collect(schema.getItems(), names);
            properties(schema).values().forEach(member -> collect(member, names));
            Objects.requireNonNullElse(schema.getAnyOf(), List.<Schema>of()).forEach(one -> collect(one, names));
        }

        private void requireMembers(String name, Schema schema) {
            ClassInfo type = records.getOrDefault(name, name.startsWith("Page") ? records.get("Page") : null);
            if (type != null) {
                schema.setRequired(alwaysThere(type)
                        .filter(properties(schema)::containsKey)
                        .toList());
            }
        }

        /** SmallRye knows Bean Validation's own constraints. The shop's take no null, and may have a longest length. */
        private void constrain(String name, Schema schema) {
            if (!records.containsKey(name)) {
                return;
            }
            records.get(name)
                    .recordComponents()
                    .forEach(component -> records.get(name).field(component.name()).annotations().stream()
                            .filter(annotation -> isConstraint(annotation.name()))
                            .forEach(constraint -> {
                                if (!isRequired(schema, component.name())) {
                                    schema.addRequired(component.name());
                                }
                                if (constraint.value("max") != null) {
                                    properties(schema)
                                            .get(component.name())
                                            .setMaxLength(
                                                    constraint.value("max").asInt());
                                }
                            }));
        }

        private boolean isConstraint(DotName annotation) {
            ClassInfo type = index.getClassByName(annotation);
            return type != null
                    && annotation.toString().startsWith("shop.")
                    && type.hasDeclaredAnnotation(Constraint.class);
        }

        private void describeMergePatches() {
            operations()
                    .map(Operation::getRequestBody)
                    .filter(body -> body != null && body.getContent().hasMediaType(MERGE_PATCH))
                    .flatMap(body -> body.getContent().getMediaTypes().values().stream())
                    .forEach(body -> body.setSchema(patchOf(nameOf(body.getSchema()))));
        }

        /** RFC 7396: any member may be missing, and null removes one that is not required. */
        private Schema patchOf(String name) {
            String patchName = name + "Patch";
            if (!schemas.containsKey(patchName)) {
                Schema target = schemas.get(name);
                Schema patch = OASFactory.createSchema()
                        .addType(SchemaType.OBJECT)
                        .description("A JSON merge patch (RFC 7396) of " + name);
                schemas.put(patchName, patch);
                properties(target).forEach((member, schema) -> {
                    Schema patched = nameOf(schema) != null
                                    && !properties(schemas.get(nameOf(schema))).isEmpty()
                            ? patchOf(nameOf(schema))
                            : schema;
                    patch.addProperty(member, isRequired(target, member) ? patched : nullable(patched));
                });
            }
            return OASFactory.createSchema().ref(REFERENCE + patchName);
        }

        /** Whether the example of a member that may be missing is more than the first value of its type. */
        private boolean isTelling(Schema member) {
            Schema schema = nameOf(member) == null ? member : schemas.get(nameOf(member));
            return schema.getExamples() != null
                    || schema.getAnyOf() != null
                    || schema.getItems() != null
                    || type(schema) == SchemaType.OBJECT;
        }

        /** An example, or null where a member that must be there has none. */
        private Object example(Schema schema) {
            if (nameOf(schema) != null) {
                return example(schemas.get(nameOf(schema)));
            }
            if (schema.getExamples() != null) {
                return schema.getExamples().getFirst();
            }
            if (schema.getEnumeration() != null) {
                return schema.getEnumeration().getFirst();
            }
            if (schema.getAnyOf() != null) {
                return example(schema.getAnyOf().getFirst());
            }
            return switch (type(schema)) {
                case ARRAY -> {
                    Object item = example(schema.getItems());
                    yield item == null ? null : List.of(item);
                }
                case OBJECT -> {
                    Map<String, Object> members = new LinkedHashMap<>();
                    properties(schema).forEach((name, member) -> {
                        Object value = example(member);
                        if (value != null && (isRequired(schema, name) || isTelling(member))) {
                            members.put(name, value);
                        }
                    });
                    yield members.isEmpty() && !properties(schema).isEmpty() ? null : members;
                }
                case STRING -> EXAMPLES_OF_FORMATS.get(String.valueOf(schema.getFormat()));
                case INTEGER -> schema.getMinimum() == null ? 1 : schema.getMinimum();
                case BOOLEAN -> true;
                default -> null;
            };
        }
    }

    private static SchemaType type(Schema schema) {
        return schema.getType() == null ? SchemaType.NULL : schema.getType().getFirst();
    }

    private static Map<String, Schema> properties(Schema schema) {
        return Objects.requireNonNullElse(schema.getProperties(), Map.of());
    }

    private static String nameOf(Schema schema) {
        return schema.getRef() == null ? null : schema.getRef().substring(REFERENCE.length());
    }

    private static boolean isRequired(Schema schema, String member) {
        return schema.getRequired() != null && schema.getRequired().contains(member);
    }

    private static Schema nullable(Schema schema) {
        return OASFactory.createSchema()
                .addAnyOf(schema)
                .addAnyOf(OASFactory.createSchema().addType(SchemaType.NULL));
    }

    /** The members that Jackson writes whatever their value. */
    private Stream<String> alwaysThere(ClassInfo type) {
        return type.recordComponents().stream()
                .map(component -> type.field(component.name()))
                .filter(field -> !field.hasAnnotation(JsonInclude.class))
                .flatMap(field -> field.hasAnnotation(JsonUnwrapped.class)
                        ? alwaysThere(index.getClassByName(field.type().name()))
                        : Stream.of(field.name()));
    }

    /** The limits that a value has by its type, and a parameter by the length of the target. */
    private static void limit(Schema schema) {
        if (type(schema) == SchemaType.INTEGER) {
            boolean isInt = "int32".equals(schema.getFormat());
            schema.setMinimum(Objects.requireNonNullElse(
                    schema.getMinimum(), BigDecimal.valueOf(isInt ? Integer.MIN_VALUE : Long.MIN_VALUE)));
            schema.setMaximum(Objects.requireNonNullElse(
                    schema.getMaximum(), BigDecimal.valueOf(isInt ? Integer.MAX_VALUE : Long.MAX_VALUE)));
        }
        if (type(schema) == SchemaType.STRING && schema.getMaxLength() == null && schema.getEnumeration() == null) {
            schema.setMaxLength("uuid".equals(schema.getFormat()) ? UUID_LENGTH : RequestHead.LONGEST_TARGET);
        }
        if (schema.getItems() != null) {
            limit(schema.getItems());
        }
        properties(schema).values().forEach(ApiSchemas::limit);
    }

    /** {@link JsonRules} refuse members that are not known, unless the type says otherwise. */
    private static void close(Schema schema) {
        if (!properties(schema).isEmpty() && schema.getAdditionalPropertiesSchema() == null) {
            schema.setAdditionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
        }
    }

    /** Bean Validation matches the whole text, JSON Schema any part of it, and not every reader of it knows Unicode's classes. */
    private static void anchor(Schema schema) {
        if (schema == null) {
            return;
        }
        String pattern = schema.getPattern();
        if (pattern != null && !pattern.startsWith("^")) {
            String text = pattern.equals(OF_NOT_BLANK)
                    ? ".*\\S.*"
                    : pattern.replace("\\P{Cc}", "[^\\u0000-\\u001F\\u007F-\\u009F]");
            schema.setPattern("^(?:" + text + ")$");
        }
        anchor(schema.getItems());
        properties(schema).values().forEach(ApiSchemas::anchor);
        Objects.requireNonNullElse(schema.getAnyOf(), new ArrayList<Schema>()).forEach(ApiSchemas::anchor);
    }
}
