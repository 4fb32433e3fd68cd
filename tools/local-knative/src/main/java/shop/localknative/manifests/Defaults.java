/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The defaults of Knative's webhook: a reference without a namespace means the namespace of the resource that refers. */
final class Defaults {
    private static final List<String> REFERENCES =
            List.of("/spec/sink/ref", "/spec/subscriber/ref", "/spec/delivery/deadLetterSink/ref", "/spec/subject");

    private Defaults() {}

    static void apply(ObjectNode tree, KnativeConfig config) {
        switch (tree.path("apiVersion").asText() + " " + tree.path("kind").asText()) {
            case "serving.knative.dev/v1 Service" -> config.applyToService((ObjectNode) tree.at("/spec/template"));
            case "eventing.knative.dev/v1 Broker" -> config.applyToBroker(tree);
            case "apps/v1 Deployment" -> tree.withObject("/spec").putIfAbsent("replicas", tree.numberNode(1));
            default -> {}
        }
        for (var pointer : REFERENCES) {
            if (tree.at(pointer) instanceof ObjectNode reference
                    && reference.path("namespace").asText().isEmpty()) {
                reference.set("namespace", tree.at("/metadata/namespace"));
            }
        }
    }
}
