/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The defaults of Knative's webhook: a reference without a namespace means the namespace of the resource that refers. */
final class Defaults {
    private Defaults() {}

    static void apply(ObjectNode tree, KnativeConfig config) {
        switch (Kinds.of(tree)) {
            case "serving.knative.dev/v1 Service" -> config.applyToService((ObjectNode) tree.at("/spec/template"));
            case "eventing.knative.dev/v1 Broker" -> config.applyToBroker(tree);
            case "apps/v1 Deployment" -> tree.withObject("/spec").putIfAbsent("replicas", tree.numberNode(1));
            default -> {}
        }
        FieldPattern.each(References.FIELDS, tree, (reference, at) -> {
            if (reference.path("namespace").asText().isEmpty()) {
                ((ObjectNode) reference).set("namespace", tree.at("/metadata/namespace"));
            }
        });
    }
}
