/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
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
    private static final List<String> PROBE = fields("""
            httpGet.path httpGet.port httpGet.scheme httpGet.httpHeaders[].name httpGet.httpHeaders[].value tcpSocket.port
            initialDelaySeconds periodSeconds timeoutSeconds successThreshold failureThreshold
            """);

    /** Of a pod, below {@code spec.template}; {@code .**} stands for everything below a field. */
    private static final List<String> POD = with(
            fields("""
                    metadata.** spec.automountServiceAccountToken spec.enableServiceLinks spec.imagePullSecrets.**
                    spec.serviceAccountName spec.volumes[].name spec.volumes[].configMap.** spec.volumes[].secret.**
                    spec.volumes[].emptyDir.** spec.volumes[].projected.defaultMode
                    spec.volumes[].projected.sources[].serviceAccountToken.**
                    """),
            under("spec.containers[].readinessProbe", PROBE),
            under("spec.containers[].livenessProbe", PROBE),
            under("spec.containers[].startupProbe", PROBE),
            under("spec.containers[]", fields("""
                    name image imagePullPolicy command[] args[] workingDir
                    env[].name env[].value env[].valueFrom.secretKeyRef.** env[].valueFrom.configMapKeyRef.**
                    envFrom[].prefix envFrom[].secretRef.** envFrom[].configMapRef.**
                    ports[].name ports[].protocol ports[].containerPort resources.requests.** resources.limits.**
                    terminationMessagePath terminationMessagePolicy
                    volumeMounts[].name volumeMounts[].mountPath volumeMounts[].readOnly
                    """)),
            under("spec.containers[].securityContext", fields("""
                    allowPrivilegeEscalation capabilities.drop[] privileged readOnlyRootFilesystem runAsGroup runAsNonRoot
                    runAsUser seccompProfile.**
                    """)));

    /** More that Knative takes only where an administrator has switched on a feature. */
    private static final Map<String, String> FEATURES = new TreeMap<>(Map.of(
            "spec.template.spec.containers[].env[].valueFrom.fieldRef", "kubernetes.podspec-fieldref",
            "spec.template.spec.containers[].securityContext.capabilities.add",
                    "kubernetes.containerspec-addcapabilities",
            "spec.delivery.retryAfterMax", "delivery-retryafter"));

    static {
        fields("affinity dnsConfig dnsPolicy nodeSelector priorityClassName schedulerName securityContext tolerations "
                        + "topologySpreadConstraints")
                .forEach(field ->
                        FEATURES.put("spec.template.spec." + field, "kubernetes.podspec-" + field.toLowerCase()));
    }

    /** Of the pods of Kubernetes itself. */
    private static final List<String> KUBERNETES_POD = with(
            FEATURES.keySet().stream().map(field -> field + ".**").toList(),
            under("spec.template", with(POD, fields("""
                    spec.restartPolicy spec.serviceAccount spec.terminationGracePeriodSeconds
                    spec.containers[].securityContext.**
                    """))));

    /** The way out for what is refused though it is common, by the end of its path. */
    private static final Map<String, String> WAYS_OUT = Map.of(
            "spec.initContainers",
                    "let one command do both, --process 'IMAGE=FIRST && SECOND', or write a Job for a migration",
            "Probe.exec", "write httpGet or tcpSocket",
            "Probe.grpc", "write tcpSocket",
            "volumes[].persistentVolumeClaim", "write emptyDir, or a path of this machine into the environment");

    private static final List<String> DESTINATION = fields("ref.apiVersion ref.kind ref.name ref.namespace uri");

    private static final List<String> SINK =
            with(under("spec.sink", DESTINATION), fields("spec.ceOverrides.extensions.**"));

    /** The fields of a destination to which local-knative itself sends events, and tokens with them. */
    private static final List<String> IDENTIFYING_DESTINATION = with(DESTINATION, fields("audience"));

    private static final List<String> DELIVERY = with(
            under("spec.delivery.deadLetterSink", IDENTIFYING_DESTINATION),
            under("spec.delivery", fields("retry backoffPolicy backoffDelay timeout format")));

    private static final Map<Class<? extends HasMetadata>, List<String>> FIELDS = Map.ofEntries(
            Map.entry(ConfigMap.class, fields("data.** binaryData.** immutable")),
            Map.entry(Secret.class, fields("data.** stringData.** type immutable")),
            Map.entry(Service.class, with(under("spec.template", POD), fields("""
                    spec.template.spec.containerConcurrency spec.template.spec.responseStartTimeoutSeconds
                    spec.template.spec.timeoutSeconds spec.traffic[].revisionName spec.traffic[].latestRevision
                    spec.traffic[].percent spec.traffic[].tag
                    """))),
            Map.entry(io.fabric8.kubernetes.api.model.Service.class, under("spec", fields("""
                    clusterIP clusterIPs.** externalName internalTrafficPolicy ipFamilies.** ipFamilyPolicy
                    ports[].appProtocol ports[].name ports[].nodePort ports[].port ports[].protocol ports[].targetPort
                    selector.** sessionAffinity type
                    """))),
            Map.entry(Deployment.class, with(KUBERNETES_POD, under("spec", fields("""
                    minReadySeconds progressDeadlineSeconds replicas revisionHistoryLimit selector.matchLabels.**
                    strategy.**
                    """)))),
            Map.entry(Job.class, with(KUBERNETES_POD, under("spec", fields("""
                    activeDeadlineSeconds backoffLimit completionMode completions manualSelector parallelism
                    podReplacementPolicy selector.** suspend ttlSecondsAfterFinished
                    """)))),
            Map.entry(Broker.class, with(DELIVERY, fields("spec.config.**"))),
            Map.entry(
                    Trigger.class,
                    with(
                            DELIVERY,
                            under("spec.subscriber", IDENTIFYING_DESTINATION),
                            fields("spec.broker spec.filter.attributes.** spec.filters.**"))),
            Map.entry(
                    PingSource.class,
                    with(
                            SINK,
                            fields("spec.sink.audience"),
                            under("spec", fields("schedule timezone contentType data dataBase64")))),
            Map.entry(ContainerSource.class, with(SINK, KUBERNETES_POD)),
            Map.entry(SinkBinding.class, with(SINK, under("spec.subject", fields("""
                    apiVersion kind name namespace selector.matchLabels.**
                    """)))));

    private static final List<String> EVERYWHERE = fields("apiVersion kind metadata.**");

    private SupportedFields() {}

    /** @param features of Knative that are switched on */
    static void check(Manifest manifest, JsonNode tree, Set<String> features) {
        var more = FEATURES.entrySet().stream()
                .filter(field -> features.contains(field.getValue()))
                .map(field -> field.getKey() + ".**")
                .toList();
        check(
                manifest,
                tree,
                FieldPath.of(),
                with(FIELDS.get(manifest.resource().getClass()), EVERYWHERE, more));
    }

    private static void check(Manifest manifest, JsonNode node, FieldPath path, List<String> fields) {
        var pattern = path.toString().replaceAll("\\[\\d+]", "[]");
        boolean isEmptyList = node.isArray() && node.isEmpty();
        if (isEmptyList || fields.stream().anyMatch(field -> covers(field, pattern))) {
            return;
        }
        if (!pattern.isEmpty() && fields.stream().noneMatch(field -> leadsTo(field, pattern))) {
            throw manifest.problem(refusal(manifest, pattern), path);
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                check(manifest, node.get(i), path.then(i), fields);
            }
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
        return field.equals(path)
                || field.endsWith(".**") && (path + ".").startsWith(field.substring(0, field.length() - 2))
                || field.endsWith(".**") && path.startsWith(field.substring(0, field.length() - 3) + "[");
    }

    private static boolean leadsTo(String field, String path) {
        return field.startsWith(path + ".") || field.startsWith(path + "[");
    }

    private static List<String> under(String parent, List<String> fields) {
        return fields.stream().map(field -> parent + "." + field).toList();
    }

    @SafeVarargs
    private static List<String> with(List<String>... fields) {
        var all = new ArrayList<String>();
        for (List<String> some : fields) {
            all.addAll(some);
        }
        return all;
    }

    private static List<String> fields(String words) {
        return List.of(words.strip().split("\\s+"));
    }
}
