/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** The place of a field in a document: names of fields and indices of list items, from the root. */
public record FieldPath(List<Object> steps) {
    public static FieldPath of(Object... steps) {
        return new FieldPath(List.of(steps));
    }

    static FieldPath of(JsonMappingException e) {
        return new FieldPath(e.getPath().stream()
                .<Object>map(r -> r.getFieldName() == null ? (Object) r.getIndex() : r.getFieldName())
                .toList());
    }

    public FieldPath then(Object... more) {
        var longer = new ArrayList<>(steps);
        longer.addAll(List.of(more));
        return new FieldPath(List.copyOf(longer));
    }

    /** The name of the field, without those around it. */
    public String name() {
        return steps.getLast().toString();
    }

    /** The line, counted from 1, of the field or of the last of its ancestors that the document has. */
    int lineIn(Node document) {
        int line = document.getStartMark().getLine();
        var parent = document;
        for (Object step : steps) {
            var field = field(parent, step);
            if (field.isEmpty()) {
                break;
            }
            line = field.get().getKeyNode().getStartMark().getLine();
            parent = field.get().getValueNode();
        }
        return line + 1;
    }

    static Optional<Node> child(Node parent, Object step) {
        return field(parent, step).map(NodeTuple::getValueNode);
    }

    private static Optional<NodeTuple> field(Node parent, Object step) {
        return switch (parent) {
            case MappingNode mapping ->
                mapping.getValue().stream()
                        .filter(t -> t.getKeyNode() instanceof ScalarNode key
                                && key.getValue().equals(step))
                        .findFirst();
            case SequenceNode list
            when step instanceof Integer i && i < list.getValue().size() ->
                Optional.of(
                        new NodeTuple(list.getValue().get(i), list.getValue().get(i)));
            default -> Optional.empty();
        };
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Object step : steps) {
            if (step instanceof Integer) {
                text.append('[').append(step).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(step);
            }
        }
        return text.toString();
    }
}
