/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.cloudevents.CloudEvent;
import io.cloudevents.sql.EvaluationRuntime;
import io.cloudevents.sql.Expression;
import io.cloudevents.sql.Parser;
import io.cloudevents.sql.Result;
import io.cloudevents.types.Time;
import io.fabric8.knative.eventing.v1.SubscriptionsAPIFilter;
import io.fabric8.knative.eventing.v1.TriggerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.Manifest;

/** The filter of a Trigger: {@code spec.filters} (all must match) or else {@code spec.filter.attributes}. */
@FunctionalInterface
interface Filter extends Predicate<CloudEvent> {
    String NO_TIME = "0001-01-01T00:00:00Z";

    static Filter of(Manifest manifest, TriggerSpec trigger) {
        Optional<List<Filter>> filters = each(manifest, trigger.getFilters(), FieldPath.of("spec", "filters"));
        if (filters.isPresent()) {
            return all(filters.get());
        }
        if (trigger.getFilter() != null && trigger.getFilter().getAttributes() != null) {
            var attributes = trigger.getFilter().getAttributes();
            attributes
                    .keySet()
                    .forEach(name -> checkName(manifest, name, FieldPath.of("spec", "filter", "attributes")));
            return attributes(
                    attributes, (value, expected) -> expected.isEmpty() ? !value.isEmpty() : value.equals(expected));
        }
        return event -> true;
    }

    private static Filter dialect(Manifest manifest, SubscriptionsAPIFilter filter, FieldPath field) {
        List<Filter> dialects = Stream.of(
                        Optional.ofNullable(filter.getCesql()).map(sql -> cesql(manifest, sql, field.then("cesql"))),
                        strings(manifest, filter.getExact(), field.then("exact"), String::equals),
                        strings(manifest, filter.getPrefix(), field.then("prefix"), String::startsWith),
                        strings(manifest, filter.getSuffix(), field.then("suffix"), String::endsWith),
                        each(manifest, filter.getAll(), field.then("all")).map(Filter::all),
                        each(manifest, filter.getAny(), field.then("any")).map(Filter::any),
                        Optional.ofNullable(filter.getNot())
                                .map(not -> dialect(manifest, not, field.then("not")))
                                .<Filter>map(not -> event -> !not.test(event)))
                .flatMap(Optional::stream)
                .toList();
        if (dialects.size() != 1) {
            throw manifest.problem(
                    "exactly one of exact, prefix, suffix, any, all, not and cesql is expected, and not empty", field);
        }
        return dialects.getFirst();
    }

    /** An expression that can't be evaluated, such as one about an attribute that is missing, does not match. */
    private static Filter cesql(Manifest manifest, String expression, FieldPath field) {
        try {
            Expression parsed = Parser.parseDefault(expression);
            return event -> {
                Result result = parsed.evaluate(EvaluationRuntime.getDefault(), event);
                return !result.isFailed() && Boolean.TRUE.equals(result.value());
            };
        } catch (RuntimeException e) { // Some mistakes the parser reports by failing itself.
            throw manifest.problem("'%s' is not a CESQL expression".formatted(expression), field);
        }
    }

    private static Optional<List<Filter>> each(
            Manifest manifest, List<SubscriptionsAPIFilter> filters, FieldPath field) {
        List<Filter> each = new ArrayList<>();
        for (SubscriptionsAPIFilter filter : Objects.requireNonNullElse(filters, List.<SubscriptionsAPIFilter>of())) {
            each.add(dialect(manifest, filter, field.then(each.size())));
        }
        return each.isEmpty() ? Optional.empty() : Optional.of(each);
    }

    private static Filter all(List<Filter> filters) {
        return event -> filters.stream().allMatch(f -> f.test(event));
    }

    private static Filter any(List<Filter> filters) {
        return event -> filters.stream().anyMatch(f -> f.test(event));
    }

    private static Optional<Filter> strings(
            Manifest manifest, Map<String, String> expected, FieldPath field, BiPredicate<String, String> matches) {
        if (expected == null || expected.isEmpty()) {
            return Optional.empty();
        }
        expected.forEach((name, value) -> {
            checkName(manifest, name, field);
            if (value == null || value.isEmpty()) {
                throw manifest.problem("neither an attribute nor its value may be empty", field.then(name));
            }
        });
        return Optional.of(attributes(expected, matches));
    }

    /** As ValidateAttributesNames in pkg/apis/eventing/v1/trigger_validation.go. */
    private static void checkName(Manifest manifest, String name, FieldPath field) {
        if (!name.matches("[a-z][a-z0-9]*")) {
            throw manifest.problem(
                    "Attribute name must start with a letter and can only contain lowercase alphanumeric",
                    field.then(name));
        }
    }

    private static Filter attributes(Map<String, String> expected, BiPredicate<String, String> matches) {
        return event -> expected.entrySet().stream().allMatch(e -> {
            String value = value(event, e.getKey());
            return value != null && matches.test(value, e.getValue());
        });
    }

    /**
     * As LookupAttribute in pkg/eventfilter/attributes/filter.go: what CloudEvents names is always there, if need be empty or
     * Go's zero time; only an extension can be missing.
     */
    private static String value(CloudEvent event, String name) {
        return switch (name) {
            case "specversion" -> event.getSpecVersion().toString();
            case "id" -> event.getId();
            case "source" -> event.getSource().toString();
            case "type" -> event.getType();
            case "subject" -> text(event.getSubject());
            case "dataschema", "schemaurl" -> text(event.getDataSchema());
            case "datacontenttype" -> text(event.getDataContentType());
            case "datamediatype" ->
                text(event.getDataContentType()).split(";", 2)[0].strip();
            case "datacontentencoding" -> text(event.getExtension(name));
            case "time" -> event.getTime() == null ? NO_TIME : Time.writeTime(event.getTime());
            default -> {
                Object value = event.getExtension(name);
                yield value == null ? null : value.toString();
            }
        };
    }

    private static String text(Object value) {
        return value == null ? "" : value.toString();
    }
}
