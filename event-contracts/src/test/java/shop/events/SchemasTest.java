/* SPDX-License-Identifier: Apache-2.0 */
package shop.events;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemasTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            registry -> registry.schemaIdResolvers(
                            ids -> ids.mapPrefix("https://shop.example/schemas/", "classpath:schemas/"))
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .build()));

    @ParameterizedTest
    @MethodSource("events")
    void everyEventIsAnInstanceOfItsSchema(ShopEvent event) {
        assertEquals(List.of(), schemaOf(event).validate(JSON.valueToTree(event)));
    }

    @ParameterizedTest
    @MethodSource("events")
    void aSchemaHasExamplesThatAreItsInstances(ShopEvent event) {
        JsonNode examples = schemaOf(event).getSchemaNode().path("examples");
        assertFalse(examples.isEmpty(), event.type() + " has no example");
        examples.forEach(example -> assertEquals(List.of(), schemaOf(event).validate(example)));
    }

    @ParameterizedTest
    @MethodSource("events")
    void noMemberMayBeMissingOrOfAnotherType(ShopEvent event) {
        ObjectNode members = JSON.valueToTree(event);
        members.fieldNames().forEachRemaining(member -> {
            assertNotEquals(
                    List.of(), schemaOf(event).validate(members.deepCopy().without(member)), member);
            ObjectNode altered = members.deepCopy().put(member, true);
            assertNotEquals(List.of(), schemaOf(event).validate(altered), member);
        });
    }

    @ParameterizedTest
    @MethodSource("events")
    void aSchemaHasTheRecordsComponentsAndNoOthers(ShopEvent event) {
        Set<String> components = Arrays.stream(event.getClass().getRecordComponents())
                .map(RecordComponent::getName)
                .collect(toSet());
        JsonNode schema = schemaOf(event).getSchemaNode();
        assertEquals(EventTypes.schemaOf(event.type()), schema.get("$id").asText());
        assertEquals(
                components,
                schema.get("properties").propertyStream().map(p -> p.getKey()).collect(toSet()));
        assertEquals(
                components,
                StreamSupport.stream(schema.get("required").spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(toSet()));
    }

    @Test
    void everyTypeOfTheCatalogueHasARecordAndASchema() throws Exception {
        Set<String> catalogue = Arrays.stream(EventTypes.class.getFields())
                .map(SchemasTest::constant)
                .filter(value -> value.startsWith("shop."))
                .collect(toSet());
        assertEquals(catalogue, events().map(ShopEvent::type).collect(toSet()));
        catalogue.forEach(type -> assertEquals(type, EventTypes.labelOf(type)));

        Path schemas = Path.of(SchemasTest.class.getResource("/schemas").toURI());
        try (Stream<Path> files = Files.list(schemas)) {
            assertEquals(
                    catalogue,
                    files.map(file -> file.getFileName().toString().replaceFirst("\\.json$", ""))
                            .filter(name -> !name.equals("money"))
                            .collect(toSet()));
        }
    }

    /** One example of each event. */
    static Stream<ShopEvent> events() {
        return records(ShopEvent.class).map(type -> (ShopEvent) example(type));
    }

    private static Stream<Class<?>> records(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(SchemasTest::records);
    }

    private static Object example(Class<?> type) {
        if (type == UUID.class) {
            return Uuids.timeOrdered();
        } else if (type == String.class) {
            return "text";
        } else if (type == Instant.class) {
            return Instant.now();
        } else if (type == int.class) {
            return 1;
        } else if (type == Money.class) {
            return new Money(4990, "EUR");
        }
        Class<?>[] components = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getConstructor(components)
                    .newInstance(
                            Arrays.stream(components).map(SchemasTest::example).toArray());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(type + " can't be made from its components", e);
        }
    }

    private static Schema schemaOf(ShopEvent event) {
        return SCHEMAS.getSchema(SchemaLocation.of(EventTypes.schemaOf(event.type())));
    }

    private static String constant(Field field) {
        try {
            return (String) field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
