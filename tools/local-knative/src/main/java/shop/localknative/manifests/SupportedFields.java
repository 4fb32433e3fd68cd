/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The fields that are honoured, or that mean nothing on one machine (scheduling, security contexts, requests). Any
 * other field of the models would be ignored without a word, so it is refused.
 */
final class SupportedFields {
    private static final List<String> PROBE = List.of(
            "httpGet.path",
            "httpGet.port",
            "httpGet.httpHeaders[].name",
            "httpGet.httpHeaders[].value",
            "tcpSocket.port",
            "initialDelaySeconds",
            "periodSeconds",
            "timeoutSeconds",
            "successThreshold",
            "failureThreshold");

    /** Of a container, below {@code containers[]}; {@code .**} stands for everything below a field. */
    private static final List<String> CONTAINER = with(
            Stream.of("readinessProbe", "livenessProbe", "startupProbe")
                    .flatMap(probe -> under(probe, PROBE).stream())
                    .toList(),
            "name",
            "image",
            "imagePullPolicy",
            "args[]",
            "env[].name",
            "env[].value",
            "env[].valueFrom.secretKeyRef.**",
            "env[].valueFrom.configMapKeyRef.**",
            "envFrom[].prefix",
            "envFrom[].secretRef.**",
            "envFrom[].configMapRef.**",
            "ports[].name",
            "ports[].protocol",
            "ports[].containerPort",
            "resources.requests.**",
            "resources.limits.**",
            "securityContext.**",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "volumeMounts[].name",
            "volumeMounts[].mountPath",
            "volumeMounts[].readOnly");

    /** Of a pod, below {@code spec.template}. */
    private static final List<String> POD = Stream.concat(
                    Stream.of(
                            "metadata.**",
                            "spec.affinity.**",
                            "spec.automountServiceAccountToken",
                            "spec.enableServiceLinks",
                            "spec.imagePullSecrets.**",
                            "spec.nodeSelector.**",
                            "spec.securityContext.**",
                            "spec.serviceAccountName",
                            "spec.tolerations.**",
                            "spec.topologySpreadConstraints.**",
                            "spec.volumes[].name",
                            "spec.volumes[].configMap.**",
                            "spec.volumes[].secret.**",
                            "spec.volumes[].emptyDir.**",
                            "spec.volumes[].projected.defaultMode",
                            "spec.volumes[].projected.sources[].serviceAccountToken.**"),
                    CONTAINER.stream().map(field -> "spec.containers[]." + field))
            .toList();

    private static final List<String> DESTINATION =
            List.of("ref.apiVersion", "ref.kind", "ref.name", "ref.namespace", "uri");

    private static final List<String> SINK = under("spec.sink", DESTINATION);

    private static final String CE_OVERRIDES = "spec.ceOverrides.extensions.**";

    /** The fields of a destination to which local-knative itself sends events, and tokens with them. */
    private static final List<String> IDENTIFYING_DESTINATION = with(DESTINATION, "audience");

    private static final List<String> DELIVERY = with(
            under("spec.delivery.deadLetterSink", IDENTIFYING_DESTINATION),
            "spec.delivery.retry",
            "spec.delivery.backoffPolicy",
            "spec.delivery.backoffDelay",
            "spec.delivery.timeout",
            "spec.delivery.retryAfterMax",
            "spec.delivery.format");

    private static final Map<String, List<String>> FIELDS = Map.of(
            "ConfigMap", List.of("data.**", "binaryData.**", "immutable"),
            "Secret", List.of("data.**", "stringData.**", "type", "immutable"),
            "Service",
                    with(
                            under("spec.template", POD),
                            "spec.template.spec.containerConcurrency",
                            "spec.template.spec.timeoutSeconds",
                            "spec.traffic[].revisionName",
                            "spec.traffic[].latestRevision",
                            "spec.traffic[].percent",
                            "spec.traffic[].tag"),
            "Job",
                    with(
                            under("spec.template", POD),
                            "spec.template.spec.restartPolicy",
                            "spec.activeDeadlineSeconds",
                            "spec.backoffLimit",
                            "spec.ttlSecondsAfterFinished"),
            "Broker", with(DELIVERY, "spec.config.**"),
            "Trigger",
                    with(
                            with(
                                    DELIVERY,
                                    under("spec.subscriber", IDENTIFYING_DESTINATION)
                                            .toArray(String[]::new)),
                            "spec.broker",
                            "spec.filter.attributes.**",
                            "spec.filters.**"),
            "PingSource",
                    with(
                            under("spec.sink", IDENTIFYING_DESTINATION),
                            "spec.schedule",
                            "spec.timezone",
                            "spec.contentType",
                            "spec.data",
                            "spec.dataBase64",
                            CE_OVERRIDES),
            "ContainerSource", with(with(SINK, under("spec.template", POD).toArray(String[]::new)), CE_OVERRIDES),
            "SinkBinding",
                    with(
                            SINK,
                            "spec.subject.apiVersion",
                            "spec.subject.kind",
                            "spec.subject.name",
                            "spec.subject.namespace",
                            "spec.subject.selector.matchLabels.**",
                            CE_OVERRIDES));

    private static final List<String> EVERYWHERE = List.of("apiVersion", "kind", "metadata.**");

    private SupportedFields() {}

    static void check(Manifest manifest, JsonNode tree) {
        check(manifest, tree, FieldPath.of(), with(FIELDS.get(manifest.kind()), EVERYWHERE.toArray(String[]::new)));
    }

    private static void check(Manifest manifest, JsonNode node, FieldPath path, List<String> fields) {
        var pattern = path.toString().replaceAll("\\[\\d+]", "[]");
        if (fields.stream().anyMatch(field -> covers(field, pattern))) {
            return;
        }
        if (!pattern.isEmpty() && fields.stream().noneMatch(field -> leadsTo(field, pattern))) {
            throw manifest.problem("Kubernetes knows this field, but local-knative does not run it", path);
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                check(manifest, node.get(i), path.then(i), fields);
            }
        }
        node.properties().forEach(child -> check(manifest, child.getValue(), path.then(child.getKey()), fields));
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

    private static List<String> with(List<String> fields, String... more) {
        return Stream.concat(fields.stream(), Stream.of(more)).toList();
    }
}
