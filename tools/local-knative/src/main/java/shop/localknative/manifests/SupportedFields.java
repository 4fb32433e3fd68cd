/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.eventing.v1beta2.EventType;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The fields that are honoured, or that mean nothing on one machine (scheduling, security contexts, requests). Any
 * other field of the models would be ignored without a word, so it is refused; so is what Knative refuses though
 * Kubernetes knows it (serving's pkg/apis/serving/fieldmask.go).
 */
final class SupportedFields {
    /** Of a {@link FieldPattern}, each; {@code .**} stands for everything below a field. */
    private static final String POD = under("P", """
            httpGet.path httpGet.port httpGet.scheme httpGet.httpHeaders[].name httpGet.httpHeaders[].value tcpSocket.port
            initialDelaySeconds periodSeconds timeoutSeconds successThreshold failureThreshold
            """) + under("C", """
            name image imagePullPolicy command[] args[] workingDir
            env[].name env[].value env[].valueFrom.secretKeyRef.** env[].valueFrom.configMapKeyRef.**
            envFrom[].prefix envFrom[].secretRef.** envFrom[].configMapRef.**
            ports[].name ports[].protocol ports[].containerPort resources.requests.** resources.limits.**
            terminationMessagePath terminationMessagePolicy
            volumeMounts[].name volumeMounts[].mountPath volumeMounts[].readOnly
            """) + under("C.securityContext", """
            allowPrivilegeEscalation capabilities.drop[] privileged readOnlyRootFilesystem runAsGroup runAsNonRoot
            runAsUser seccompProfile.**
            """)
            + under("T", """
            automountServiceAccountToken enableServiceLinks imagePullSecrets.** serviceAccountName volumes[].name
            volumes[].configMap.** volumes[].secret.** volumes[].emptyDir.** volumes[].projected.defaultMode
            volumes[].projected.sources[].serviceAccountToken.**
            """) + "spec.template.metadata.** ";

    /** More that Knative takes only where an administrator has switched on a feature. */
    private static final Map<String, String> FEATURES = new TreeMap<>(Map.of(
            "spec.template.spec.containers[].env[].valueFrom.fieldRef", "kubernetes.podspec-fieldref",
            "spec.template.spec.containers[].securityContext.capabilities.add",
                    "kubernetes.containerspec-addcapabilities",
            "spec.delivery.retryAfterMax", "delivery-retryafter"));

    static {
        var fields =
                "affinity dnsConfig dnsPolicy nodeSelector priorityClassName schedulerName securityContext tolerations "
                        + "topologySpreadConstraints";
        for (var field : fields.split(" ")) {
            FEATURES.put("spec.template.spec." + field, "kubernetes.podspec-" + field.toLowerCase());
        }
    }

    /** Of the pods of Kubernetes itself. */
    private static final String KUBERNETES_POD = POD
            + String.join(".** ", FEATURES.keySet())
            + ".** C.securityContext.** T.restartPolicy T.serviceAccount T.terminationGracePeriodSeconds ";

    /** The way out for what is refused though it is common, by the end of its path. */
    private static final Map<String, String> WAYS_OUT = Map.of(
            "spec.initContainers",
                    "let one command do both, --process 'IMAGE=FIRST && SECOND', or write a Job for a migration",
            "Probe.exec", "write httpGet or tcpSocket",
            "Probe.grpc", "write tcpSocket",
            "volumes[].persistentVolumeClaim", "write emptyDir, or a path of this machine into the environment");

    private static final String DESTINATION = "ref.apiVersion ref.kind ref.name ref.namespace uri ";

    /** A destination to which local-knative itself sends events, and tokens with them. */
    private static final String IDENTIFYING_DESTINATION = DESTINATION + "audience ";

    private static final String SINK = under("spec.sink", DESTINATION) + "spec.ceOverrides.extensions.** ";

    private static final String DELIVERY = under("spec.delivery.deadLetterSink", IDENTIFYING_DESTINATION)
            + under("spec.delivery", "retry backoffPolicy backoffDelay timeout format");

    private static final Map<Class<? extends HasMetadata>, String> FIELDS = Map.ofEntries(
            entry(ConfigMap.class, "data.** binaryData.** immutable"),
            entry(Secret.class, "data.** stringData.** type immutable"),
            entry(Service.class, POD + """
                    T.containerConcurrency T.responseStartTimeoutSeconds T.timeoutSeconds
                    spec.traffic[].revisionName spec.traffic[].latestRevision spec.traffic[].percent spec.traffic[].tag
                    """),
            entry(io.fabric8.kubernetes.api.model.Service.class, under("spec", """
                    clusterIP clusterIPs.** externalName internalTrafficPolicy ipFamilies.** ipFamilyPolicy
                    ports[].appProtocol ports[].name ports[].nodePort ports[].port ports[].protocol ports[].targetPort
                    selector.** sessionAffinity type
                    """)),
            entry(Deployment.class, KUBERNETES_POD + under("spec", """
                    minReadySeconds progressDeadlineSeconds replicas revisionHistoryLimit selector.matchLabels.**
                    strategy.**
                    """)),
            entry(Job.class, KUBERNETES_POD + under("spec", """
                    activeDeadlineSeconds backoffLimit completionMode completions manualSelector parallelism
                    podReplacementPolicy selector.** suspend ttlSecondsAfterFinished
                    """)),
            entry(Broker.class, DELIVERY + "spec.config.**"),
            entry(
                    Trigger.class,
                    DELIVERY + under("spec.subscriber", IDENTIFYING_DESTINATION)
                            + "spec.broker spec.filter.attributes.** spec.filters.**"),
            entry(EventType.class, under("spec", "type source schema schemaData broker description reference.**")),
            entry(
                    io.fabric8.knative.eventing.v1beta3.EventType.class,
                    under("spec", "attributes[].** description reference.**")),
            entry(
                    PingSource.class,
                    SINK + under("spec", "sink.audience schedule timezone contentType data dataBase64")),
            entry(ContainerSource.class, SINK + KUBERNETES_POD),
            entry(SinkBinding.class, SINK + under("spec.subject", """
                    apiVersion kind name namespace selector.matchLabels.**
                    """)));

    private SupportedFields() {}

    static Set<Class<? extends HasMetadata>> kinds() {
        return FIELDS.keySet();
    }

    /** @param features of Knative that are switched on */
    static void check(Manifest manifest, Set<String> features) {
        var fields = new StringBuilder("apiVersion kind metadata.** ")
                .append(FIELDS.get(manifest.resource().getClass()));
        FEATURES.forEach((field, feature) -> fields.append(features.contains(feature) ? " " + field + ".**" : ""));
        var patterns =
                FieldPattern.of(fields.toString()).map(FieldPattern::text).toList();
        check(manifest, manifest.tree(), FieldPath.of(), patterns);
    }

    private static void check(Manifest manifest, JsonNode node, FieldPath path, List<String> fields) {
        var pattern = path.toString().replaceAll("\\[\\d+]", "[]");
        boolean isEmptyList = node.isArray() && node.isEmpty();
        if (isEmptyList || fields.stream().anyMatch(field -> covers(field, pattern))) {
            return;
        }
        if (!pattern.isEmpty() && fields.stream().noneMatch(field -> isBelow(field, pattern))) {
            throw manifest.problem(refusal(manifest, pattern), path);
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            check(manifest, node.get(i), path.then(i), fields);
        }
        node.properties().forEach(child -> check(manifest, child.getValue(), path.then(child.getKey()), fields));
    }

    static boolean isFeature(String key) {
        return FEATURES.containsValue(key);
    }

    private static String refusal(Manifest manifest, String pattern) {
        var feature = FEATURES.get(pattern);
        if (feature != null) {
            return "Knative refuses this, unless its ConfigMap config-features says %s: enabled; add that, in namespace %s, to the manifests, or leave the field out"
                    .formatted(feature, feature.startsWith("kubernetes.") ? "knative-serving" : "knative-eventing");
        }
        return "Kubernetes knows this field, but local-knative does not run it; "
                + WAYS_OUT.entrySet().stream()
                        .filter(way -> pattern.endsWith(way.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse("leave it out, here by a patch of an overlay, or the whole with --skip %s/%s"
                                .formatted(manifest.kind(), manifest.name()));
    }

    private static boolean covers(String field, String path) {
        return field.endsWith(".**") ? isBelow(path, field.substring(0, field.length() - 3)) : field.equals(path);
    }

    private static boolean isBelow(String path, String parent) {
        return (path.replace("[", ".[") + ".").startsWith(parent.replace("[", ".[") + ".");
    }

    private static String under(String parent, String fields) {
        return fields.replaceAll("\\S+", parent + ".$0") + " ";
    }
}
