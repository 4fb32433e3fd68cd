/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Map;
import java.util.Set;

/** The kinds that are supported, and those that have no meaning outside a cluster. */
final class Kinds {
    static final Map<String, Class<? extends HasMetadata>> SUPPORTED = Map.of(
            "serving.knative.dev/v1 Service", Service.class,
            "eventing.knative.dev/v1 Broker", Broker.class,
            "eventing.knative.dev/v1 Trigger", Trigger.class,
            "sources.knative.dev/v1 PingSource", PingSource.class,
            "sources.knative.dev/v1 SinkBinding", SinkBinding.class,
            "sources.knative.dev/v1 ContainerSource", ContainerSource.class,
            "v1 ConfigMap", ConfigMap.class,
            "v1 Secret", Secret.class,
            "batch/v1 Job", Job.class);

    /** Isolation, identity and bookkeeping of a cluster: one machine has one user, who may do everything. */
    static final Set<String> CLUSTER_ONLY = Set.of(
            "v1 Namespace",
            "v1 ServiceAccount",
            "v1 LimitRange",
            "v1 ResourceQuota",
            "networking.k8s.io/v1 NetworkPolicy",
            "policy/v1 PodDisruptionBudget",
            "rbac.authorization.k8s.io/v1 Role",
            "rbac.authorization.k8s.io/v1 RoleBinding",
            "rbac.authorization.k8s.io/v1 ClusterRole",
            "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
            "eventing.knative.dev/v1alpha1 EventPolicy",
            "eventing.knative.dev/v1beta1 EventType",
            "eventing.knative.dev/v1beta2 EventType",
            "eventing.knative.dev/v1beta3 EventType",
            "monitoring.coreos.com/v1 PodMonitor",
            "monitoring.coreos.com/v1 ServiceMonitor",
            "monitoring.coreos.com/v1 PrometheusRule");

    /** The kinds that are not supported, and the advice for each. */
    static final Map<String, String> ALTERNATIVES = Map.of(
            "flows.knative.dev/v1 Sequence",
            "give each step a Trigger for the type of event that the step before it replies with",
            "flows.knative.dev/v1 Parallel",
            "give each branch a Trigger with the branch's filter",
            "messaging.knative.dev/v1 Channel",
            "use a Broker",
            "messaging.knative.dev/v1 Subscription",
            "use a Trigger");

    private Kinds() {}
}
