/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import shop.localknative.manifests.StrictYaml.Document;

/**
 * The part of a kustomization.yaml that is read; every other field is an error. The options and the {@code configurations} are
 * for the hash that kustomize appends to a generated name, so that a cluster rolls out a change. Here no name has one: a
 * change reaches the mounted files, as that of any other ConfigMap.
 */
record Kustomization(
        String apiVersion,
        String kind,
        String namespace,
        List<String> resources,
        List<String> components,
        List<Generator> configMapGenerator,
        JsonNode generatorOptions,
        List<String> configurations,
        List<Patch> patches) {

    Kustomization {
        kind = kind == null ? "Kustomization" : kind;
    }

    /** @param patch JSON Patch operations (RFC 6902) in YAML */
    record Patch(Target target, String patch) {}

    /** The resources that a patch is for: each field a regular expression of the whole value, or null for any. */
    record Target(String group, String version, String kind, String name, String namespace) {
        boolean selects(Document document) {
            var apiVersion = document.tree().path("apiVersion").asText();
            int slash = apiVersion.indexOf('/');
            return matches(group, apiVersion.substring(0, Math.max(slash, 0)))
                    && matches(version, apiVersion.substring(slash + 1))
                    && matches(kind, document.tree().path("kind").asText())
                    && matches(name, document.name())
                    && matches(namespace, document.namespace());
        }

        private static boolean matches(String expression, String value) {
            return expression == null || value.matches(expression);
        }
    }

    enum Behavior {
        create,
        merge,
        replace
    }

    record Generator(
            @JsonProperty(required = true) String name,
            String namespace,
            Behavior behavior,
            List<String> files,
            List<String> literals,
            JsonNode options) {

        Generator {
            behavior = behavior == null ? Behavior.create : behavior;
        }
    }
}
