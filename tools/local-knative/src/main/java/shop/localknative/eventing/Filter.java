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
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import shop.localknative.console.StartException;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.Manifest;

/** The filter of a Trigger: {@code spec.filters} (all must match) or else {@code spec.filter.attributes}. */
@FunctionalInterface
interface Filter extends Predicate<CloudEvent> {
    String NO_TIME = "0001-01-01T00:00:00Z";

    /** @throws StartException if a filter can't be understood */
    static Filter of(Manifest manifest, TriggerSpec trigger) {
        if (given(trigger.getFilters())) {
            return all(each(manifest, trigger.getFilters(), FieldPath.of("spec", "filters")));
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
        List<Filter> dialects = new ArrayList<>();
        if (filter.getCesql() != null) {
            dialects.add(cesql(manifest, filter.getCesql(), field.then("cesql")));
        }
        strings(manifest, filter.getExact(), field.then("exact"), String::equals, dialects);
        strings(manifest, filter.getPrefix(), field.then("prefix"), String::startsWith, dialects);
        strings(manifest, filter.getSuffix(), field.then("suffix"), String::endsWith, dialects);
        if (given(filter.getAll())) {
            dialects.add(all(each(manifest, filter.getAll(), field.then("all"))));
        }
        if (given(filter.getAny())) {
            List<Filter> any = each(manifest, filter.getAny(), field.then("any"));
            dialects.add(event -> any.stream().anyMatch(f -> f.test(event)));
        }
        if (filter.getNot() != null) {
            Filter not = dialect(manifest, filter.getNot(), field.then("not"));
            dialects.add(event -> !not.test(event));
        }
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

    private static List<Filter> each(Manifest manifest, List<SubscriptionsAPIFilter> filters, FieldPath field) {
        List<Filter> each = new ArrayList<>();
        for (SubscriptionsAPIFilter filter : filters) {
            each.add(dialect(manifest, filter, field.then(each.size())));
        }
        return each;
    }

    private static boolean given(List<SubscriptionsAPIFilter> filters) {
        return filters != null && !filters.isEmpty();
    }

    private static Filter all(List<Filter> filters) {
        return event -> filters.stream().allMatch(f -> f.test(event));
    }

    private static void strings(
            Manifest manifest,
            Map<String, String> expected,
            FieldPath field,
            BiPredicate<String, String> matches,
            List<Filter> dialects) {
        if (expected == null || expected.isEmpty()) {
            return;
        }
        expected.forEach((name, value) -> {
            checkName(manifest, name, field);
            if (value == null || value.isEmpty()) {
                throw manifest.problem("neither an attribute nor its value may be empty", field.then(name));
            }
        });
        dialects.add(attributes(expected, matches));
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
