/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The kinds that are supported, and those that have no meaning outside a cluster. */
final class Kinds {
    /** By apiVersion and kind: {@code apps/v1 Deployment}. */
    static final Map<String, Class<? extends HasMetadata>> SUPPORTED = SupportedFields.kinds().stream()
            .collect(Collectors.toMap(k -> HasMetadata.getApiVersion(k) + " " + HasMetadata.getKind(k), k -> k));

    /** Isolation, identity and bookkeeping of a cluster: one machine has one user, who may do everything. */
    private static final Set<String> CLUSTER_ONLY = Set.of("""
            Namespace,ServiceAccount,LimitRange,ResourceQuota,Event,apps ReplicaSet,
            networking.k8s.io NetworkPolicy,policy PodDisruptionBudget,
            rbac.authorization.k8s.io Role,rbac.authorization.k8s.io RoleBinding,
            rbac.authorization.k8s.io ClusterRole,rbac.authorization.k8s.io ClusterRoleBinding,
            eventing.knative.dev EventPolicy,eventing.knative.dev EventType,
            monitoring.coreos.com PodMonitor,monitoring.coreos.com ServiceMonitor,monitoring.coreos.com PrometheusRule
            """.strip().split(",\\n?"));

    /** The kinds that are not supported, and the advice for each. */
    private static final Map<String, String> ALTERNATIVES = Map.of(
            "flows.knative.dev Sequence",
                    "give each step a Trigger for the type of event that the step before it replies with",
            "flows.knative.dev Parallel", "give each branch a Trigger with the branch's filter",
            "messaging.knative.dev Channel", "use a Broker",
            "messaging.knative.dev InMemoryChannel", "use a Broker",
            "messaging.knative.dev Subscription", "use a Trigger",
            "apps StatefulSet", "write a Deployment, or run it by hand and tell the others its address",
            "batch CronJob", "use a PingSource and a service");

    private Kinds() {}

    /** Of a resource, or a reference to one. */
    static String of(JsonNode resource) {
        return resource.path("apiVersion").asText() + " "
                + resource.path("kind").asText();
    }

    static boolean isClusterOnly(String kind) {
        return CLUSTER_ONLY.contains(unversioned(kind).strip()) && !SUPPORTED.containsKey(kind);
    }

    /** The advice for a kind that is not supported. */
    static String wayOut(String kind) {
        var skip = "--skip %s leaves it out".formatted(kind.replaceFirst(".* ", ""));
        var other = SUPPORTED.keySet().stream()
                .filter(known -> unversioned(known).equals(unversioned(kind)))
                .findFirst();
        var advice = Optional.ofNullable(ALTERNATIVES.get(unversioned(kind)));
        return other.map(known -> "write apiVersion: " + known.split(" ")[0])
                .or(() -> advice.map(instead -> instead + ", or " + skip))
                .orElseGet(() -> "%s; it knows %s".formatted(skip, new TreeSet<>(SUPPORTED.keySet())));
    }

    /** The group and the kind: {@code " Service"} is that of Kubernetes itself. */
    private static String unversioned(String kind) {
        return kind.replaceFirst("^v\\w+ ", " ").replaceFirst("/\\w+ ", " ");
    }
}
