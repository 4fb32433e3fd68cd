/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
        var container = workload.container();
        for (int i = 0; i < container.getEnvFrom().size(); i++) {
            environment.addAll(container.getEnvFrom().get(i), Workload.field("envFrom", i));
        }
        for (int i = 0; i < container.getEnv().size(); i++) {
            environment.add(container.getEnv().get(i), Workload.field("env", i));
        }
        return environment.variables;
    }

    /** {@code $(NAME)} replaced by the variable; what is not a variable stays, and {@code $$} is a dollar. */
    public static UnaryOperator<String> expansion(Map<String, String> variables) {
        return text -> REFERENCE.matcher(text).replaceAll(found -> {
            var name = found.group(1);
            return Matcher.quoteReplacement(name == null ? "$" : variables.getOrDefault(name, found.group()));
        });
    }

    private void addAll(EnvFromSource source, FieldPath field) {
        var prefix = Optional.ofNullable(source.getPrefix()).orElse("");
        var secret = source.getSecretRef();
        var map = source.getConfigMapRef();
        var reference = secret != null
                ? new Reference("secretRef", secret.getName(), null, secret.getOptional())
                : new Reference("configMapRef", map.getName(), null, map.getOptional());
        find(reference, field)
                .ifPresent(data -> data.forEach((key, value) -> variables.put(prefix + key, text(value))));
    }

    private void add(EnvVar variable, FieldPath field) {
        var name = variable.getName();
        var source = variable.getValueFrom();
        if (source == null) {
            var value = Optional.ofNullable(variable.getValue()).orElse("");
            variables.put(name, expansion(variables).apply(value));
            return;
        }
        var from = field.then("valueFrom");
        var secret = source.getSecretKeyRef();
        var map = source.getConfigMapKeyRef();
        if (source.getFieldRef() != null) {
            variables.put(name, podField(source.getFieldRef().getFieldPath(), from.then("fieldRef")));
            return;
        }
        if (secret == null && map == null) {
            throw workload.manifest().problem("expected a secretKeyRef or configMapKeyRef", from);
        }
        var reference = secret != null
                ? new Reference("secretKeyRef", secret.getName(), secret.getKey(), secret.getOptional())
                : new Reference("configMapKeyRef", map.getName(), map.getKey(), map.getOptional());
        find(reference, from)
                .flatMap(data -> value(data, reference, from))
                .ifPresent(value -> variables.put(name, text(value)));
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

    private Optional<Map<String, byte[]>> find(Reference reference, FieldPath field) {
        var data = reference.field.startsWith("secret")
                ? config.secret(workload.namespace(), reference.name)
                : config.configMap(workload.namespace(), reference.name);
        if (data.isEmpty() && !reference.isOptional()) {
            var message = "no such object in namespace %s: %s".formatted(workload.namespace(), reference.name);
            throw workload.manifest().problem(message, field.then(reference.field, "name"));
        }
        return data;
    }

    private Optional<byte[]> value(Map<String, byte[]> data, Reference reference, FieldPath field) {
        if (!data.containsKey(reference.key) && !reference.isOptional()) {
            var message = "%s has no key %s, only %s".formatted(reference.name, reference.key, data.keySet());
            throw workload.manifest().problem(message, field.then(reference.field, "key"));
        }
        return Optional.ofNullable(data.get(reference.key));
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }

    private record Reference(String field, String name, String key, Boolean optional) {
        boolean isOptional() {
            return Boolean.TRUE.equals(optional);
        }
    }
}
