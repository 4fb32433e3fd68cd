/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.eventing.v1alpha1.EventPolicy;
import io.fabric8.knative.eventing.v1beta2.EventType;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1alpha1.AlertmanagerConfig;
import java.util.Map;
import java.util.stream.Stream;

/** The API server's view of a resource: every kind that is used here, with all its fields and no other. */
final class StrictModel {
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Stream.of(
                    Namespace.class,
                    ServiceAccount.class,
                    ConfigMap.class,
                    Secret.class,
                    Service.class,
                    Deployment.class,
                    StatefulSet.class,
                    Job.class,
                    NetworkPolicy.class,
                    PodDisruptionBudget.class,
                    ClusterRoleBinding.class,
                    io.fabric8.knative.serving.v1.Service.class,
                    Broker.class,
                    Trigger.class,
                    EventType.class,
                    EventPolicy.class,
                    SinkBinding.class,
                    PingSource.class,
                    PrometheusRule.class,
                    PodMonitor.class,
                    AlertmanagerConfig.class)
            .collect(toMap(type -> HasMetadata.getApiVersion(type) + " " + HasMetadata.getKind(type), type -> type));

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> Stream.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)
                            .forEach(shape -> text.setCoercion(shape, CoercionAction.Fail)))
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false; // the models collect what they do not know
                }
            })
            .build();

    private StrictModel() {}

    static void check(JsonNode resource) {
        String kind = resource.path("apiVersion").asText() + " "
                + resource.path("kind").asText();
        Class<? extends HasMetadata> type = KINDS.get(kind);
        if (type == null) {
            throw new AssertionError(kind + " is none of " + KINDS.keySet());
        }
        try {
            STRICT.treeToValue(resource, type);
        } catch (JsonProcessingException e) {
            throw new AssertionError(kind + " " + Manifests.name(resource) + ": " + e.getMessage(), e);
        }
    }
}
