/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Fields of any manifest, as {@code spec.traffic[].tag}: {@code []} is each item of a list, {@code [1]} its second,
 * {@code *} each field and {@code $} the whole.
 */
record FieldPattern(String text) {
    /** The patterns in a text: T is the spec of the pod template, C each of its containers, P each probe of these. */
    static Stream<FieldPattern> of(String words) {
        return Pattern.compile("\\s+")
                .splitAsStream(words.strip())
                .flatMap(word -> word.matches("P\\b.*")
                        ? Stream.of("readinessProbe", "livenessProbe", "startupProbe")
                                .map(probe -> "C." + probe + word.substring(1))
                        : Stream.of(word))
                .map(word -> word.replaceFirst("^C\\b", "T.containers[]").replaceFirst("^T\\b", "spec.template.spec"))
                .map(FieldPattern::new);
    }

    /** Calls {@code action} for each field that {@code tree} has of these patterns. */
    static void each(String words, JsonNode tree, BiConsumer<JsonNode, FieldPath> action) {
        of(words).forEach(pattern -> each(tree, FieldPath.of(), pattern.steps(), action));
    }

    private List<String> steps() {
        return text.equals("$") ? List.of() : List.of(text.replace("[", ".[").split("\\."));
    }

    private static void each(JsonNode node, FieldPath at, List<String> steps, BiConsumer<JsonNode, FieldPath> action) {
        if (node.isMissingNode()) {
            return;
        }
        if (steps.isEmpty()) {
            action.accept(node, at);
            return;
        }
        var rest = steps.subList(1, steps.size());
        switch (steps.getFirst()) {
            case "[]" -> {
                for (int i = 0; i < node.size(); i++) {
                    each(node.path(i), at.then(i), rest, action);
                }
            }
            case "[1]" -> each(node.path(1), at.then(1), rest, action);
            case "*" -> node.properties().forEach(f -> each(f.getValue(), at.then(f.getKey()), rest, action));
            case String field -> each(node.path(field), at.then(field), rest, action);
        }
    }
}
