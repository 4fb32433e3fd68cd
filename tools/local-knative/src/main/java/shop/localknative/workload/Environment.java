/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shop.localknative.manifests.FieldPath;

/** The environment of a container as the kubelet makes it: references resolved, {@code $(NAME)} expanded. */
public record Environment(Workload workload, Config config, Map<String, String> variables) {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([-._a-zA-Z][-._a-zA-Z0-9]*)\\)");

    /** @throws shop.localknative.console.StartException for a reference to what is neither there nor optional */
    public static Map<String, String> of(Workload workload, Config config) {
        var environment = new Environment(workload, config, new LinkedHashMap<>());
        workload.manifest().each("C.envFrom[]", environment::addAll);
        workload.manifest().each("C.env[]", environment::add);
        return environment.variables;
    }

    /** {@code $(NAME)} replaced by the variable; what is not a variable stays, and {@code $$} is a dollar. */
    public static UnaryOperator<String> expansion(Map<String, String> variables) {
        return text -> REFERENCE.matcher(text).replaceAll(found -> {
            var name = found.group(1);
            return Matcher.quoteReplacement(name == null ? "$" : variables.getOrDefault(name, found.group()));
        });
    }

    private void addAll(JsonNode source, FieldPath at) {
        var prefix = source.path("prefix").asText();
        for (var field : List.of("configMapRef", "secretRef")) {
            if (source.has(field)) {
                config.find(workload.manifest(), source.path(field), at.then(field))
                        .ifPresent(data -> data.forEach((key, value) -> variables.put(prefix + key, text(value))));
            }
        }
    }

    private void add(JsonNode variable, FieldPath at) {
        var name = variable.path("name").asText();
        if (!variable.has("valueFrom")) {
            variables.put(
                    name, expansion(variables).apply(variable.path("value").asText()));
        }
        for (var source : variable.path("valueFrom").properties()) { // exactly one
            var reference = source.getValue();
            var field = at.then("valueFrom", source.getKey());
            if (source.getKey().equals("fieldRef")) {
                variables.put(name, podField(reference.path("fieldPath").asText(), field));
            } else {
                config.find(workload.manifest(), reference, field)
                        .flatMap(data -> Config.value(data, workload.manifest(), reference, reference, field))
                        .ifPresent(value -> variables.put(name, text(value)));
            }
        }
    }

    private String podField(String path, FieldPath field) {
        return switch (path) {
            case "metadata.name" -> workload.name();
            case "metadata.namespace" -> workload.namespace();
            case "spec.serviceAccountName" -> workload.serviceAccount();
            case "spec.nodeName" -> "localhost";
            case "status.podIP", "status.hostIP" -> "127.0.0.1";
            default -> {
                var message = "'%s' is no field that a pod has here; write the value".formatted(path);
                throw workload.manifest().problem(message, field.then("fieldPath"));
            }
        };
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }
}
