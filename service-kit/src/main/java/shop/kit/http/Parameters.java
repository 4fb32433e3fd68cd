/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Reads UUIDs, whole numbers and enumerations in paths and queries. Other text is a problem that says so, not JAX-RS' bare 404. */
@Provider
public class Parameters implements ParamConverterProvider {
    private static final Map<Class<?>, Function<String, ?>> READERS =
            Map.of(UUID.class, Parameters::uuid, Integer.class, Integer::valueOf, Long.class, Long::valueOf);

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public <T> ParamConverter<T> getConverter(Class<T> type, Type generic, Annotation[] annotations) {
        Function<String, ?> reader = type.isEnum() ? name -> Enum.valueOf((Class) type, name) : READERS.get(type);
        return reader == null ? null : new Converter<>((Function<String, T>) reader, expected(type), annotations);
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + List.of(type.getEnumConstants());
        }
        return type == UUID.class ? "a UUID" : "a whole number";
    }

    private record Converter<T>(Function<String, T> reader, String expected, Annotation[] annotations)
            implements ParamConverter<T> {
        @Override
        public T fromString(String value) {
            try {
                return reader.apply(value);
            } catch (IllegalArgumentException e) {
                throw fault();
            }
        }

        @Override
        public String toString(T value) {
            return value.toString();
        }

        private ProblemException fault() {
            for (Annotation annotation : annotations) {
                if (annotation instanceof PathParam path) {
                    return Problem.invalid(
                            Problem.Place.path, path.value(), path.value() + " must be " + expected + ".");
                }
                if (annotation instanceof QueryParam query) {
                    return Problem.invalid(
                            Problem.Place.query, query.value(), query.value() + " must be " + expected + ".");
                }
            }
            return Problem.invalid(Problem.Place.query, "", "A parameter must be " + expected + ".");
        }
    }

    /** Unlike {@link UUID#fromString} takes the canonical form of 36 characters only. */
    private static UUID uuid(String value) {
        UUID uuid = UUID.fromString(value);
        if (value.length() != 36) {
            throw new IllegalArgumentException("short form of a UUID");
        }
        return uuid;
    }
}
