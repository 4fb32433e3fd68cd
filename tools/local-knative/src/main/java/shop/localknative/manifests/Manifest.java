/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.yaml.snakeyaml.nodes.Node;
import shop.localknative.console.StartException;

/** A resource, and the place it was read from. */
public record Manifest(Path file, Node yaml, JsonNode tree, HasMetadata resource) {
    /** The resource in JSON, from {@code file}. */
    public static Manifest of(Path file, String json) {
        return StrictYaml.read(file, json).getFirst().manifest();
    }

    /** Calls {@code action} for each field that it has of some {@link FieldPattern}s, in their order. */
    public void each(String patterns, BiConsumer<JsonNode, FieldPath> action) {
        FieldPattern.each(patterns, tree, action);
    }

    /** The values of these fields. */
    public List<JsonNode> values(String patterns) {
        var values = new ArrayList<JsonNode>();
        each(patterns, (value, at) -> values.add(value));
        return values;
    }

    public String kind() {
        return resource.getKind();
    }

    public String name() {
        return resource.getMetadata().getName();
    }

    public String namespace() {
        return resource.getMetadata().getNamespace();
    }

    /** A mistake in the field at {@code path}: names of fields and, for lists, indices. */
    public StartException problem(String message, Object... path) {
        return problem(message, FieldPath.of(path));
    }

    public StartException problem(String message, FieldPath path) {
        return StartException.at(file, path.lineIn(yaml), "%s %s, %s: %s".formatted(kind(), name(), path, message));
    }
}
