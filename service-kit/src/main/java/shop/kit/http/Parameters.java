/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import shop.text.Text;

/**
 * Reads UUIDs, whole numbers, enumerations and {@linkplain Text#plain plain text} in paths, queries and headers. Other text is
 * a problem that says so, not JAX-RS' bare 404.
 */
@Provider
public class Parameters implements ParamConverterProvider {
    private static final Pattern UUID_FORM = Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");
    private static final Map<Class<?>, Function<String, ?>> READERS = Map.of(
            UUID.class,
            Parameters::uuid,
            Integer.class,
            wholeNumber(Integer::valueOf),
            Long.class,
            wholeNumber(Long::valueOf),
            String.class,
            Text::plain);

    @Override
    @SuppressWarnings("unchecked")
    public <T> ParamConverter<T> getConverter(Class<T> type, Type generic, Annotation[] annotations) {
        Function<String, ?> reader = type.isEnum() ? name -> constant(type, name) : READERS.get(type);
        return reader == null ? null : new Converter<>((Function<String, T>) reader, annotations);
    }

    /** @param reader throws an {@link IllegalArgumentException} that says what the text must be */
    private record Converter<T>(Function<String, T> reader, Annotation[] annotations) implements ParamConverter<T> {
        @Override
        public T fromString(String value) {
            try {
                return reader.apply(value);
            } catch (IllegalArgumentException e) {
                throw fault(e.getMessage());
            }
        }

        @Override
        public String toString(T value) {
            return value.toString();
        }

        private ProblemException fault(String expectation) {
            for (Annotation annotation : annotations) {
                switch (annotation) {
                    case PathParam path -> {
                        return fault(Problem.Place.path, path.value(), expectation);
                    }
                    case QueryParam query -> {
                        return fault(Problem.Place.query, query.value(), expectation);
                    }
                    case HeaderParam header -> {
                        return fault(Problem.Place.header, header.value(), expectation);
                    }
                    default -> {}
                }
            }
            return Problem.invalid(Problem.Place.query, "", "A parameter " + expectation + ".");
        }

        private static ProblemException fault(Problem.Place place, String name, String expectation) {
            return Problem.invalid(place, name, name + " " + expectation + ".");
        }
    }

    private static <T> T constant(Class<T> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> ((Enum<?>) constant).name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + List.of(type.getEnumConstants())));
    }

    private static Function<String, ?> wholeNumber(Function<String, ?> reader) {
        return value -> {
            try {
                return reader.apply(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("must be a whole number", e);
            }
        };
    }

    /** Unlike {@link UUID#fromString} takes the canonical form of 36 characters only. */
    private static UUID uuid(String value) {
        if (!UUID_FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("must be a UUID");
        }
        return UUID.fromString(value);
    }
}
