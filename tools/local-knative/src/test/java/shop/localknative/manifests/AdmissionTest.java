/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.knative.serving.v1.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.localknative.console.StartException;
import shop.localknative.serving.scaling.Scaling;

/** The verdicts of a cluster. */
class AdmissionTest {
    @TempDir
    Path directory;

    /**
     * Those of serving's own webhook, which has been given each of these. What decides: pkg/apis/serving/fieldmask.go
     * (fields), pkg/apis/serving/k8s_validation.go (values of containers, volumes and probes),
     * pkg/apis/serving/v1/revision_validation.go (names, time-outs), pkg/apis/serving/v1/route_validation.go (traffic),
     * pkg/apis/autoscaling/annotation_validation.go.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # in      | what                               | the field that is refused; none when it is admitted
            container | ports: [{containerPort: 8080, name: http1}] |
            container | ports: [{containerPort: 8080, name: http}] | ports[0].name
            container | ports: [{containerPort: 8080, name: web}] | ports[0].name
            container | ports: [{containerPort: 8080, protocol: UDP}] | ports[0].protocol
            container | ports: [{containerPort: 70000}] | ports[0].containerPort
            container | ports: [{containerPort: 0}] |
            container | ports: [{containerPort: -1}] | ports[0].containerPort
            container | ports: [{containerPort: 8012}] | ports[0].containerPort
            container | ports: [{containerPort: 8013}] | ports[0].containerPort
            container | ports: [{containerPort: 8022}] | ports[0].containerPort
            container | ports: [{containerPort: 9090}] | ports[0].containerPort
            container | ports: [{containerPort: 9091}] | ports[0].containerPort
            container | ports: [{containerPort: 8008}] | ports[0].containerPort
            container | ports: [{containerPort: 8112}] |
            container | ports: [{containerPort: 8080, hostPort: 80}] | ports[0].hostPort
            container | ports: [{containerPort: 8080}, {containerPort: 9000}] | ports[1]
            container | name: queue-proxy | name
            container | env: [{name: PORT, value: a}] | env[0].name
            container | env: [{name: K_SERVICE, value: a}] | env[0].name
            container | env: [{name: K_CONFIGURATION, value: a}] | env[0].name
            container | env: [{name: K_REVISION, value: a}] | env[0].name
            container | env: [{name: K_SINK, value: a}] |
            container | env: [{name: quarkus.http.port, value: a}] |
            container | env: [{value: a}] | env[0].name
            container | env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}] | env[0].valueFrom.fieldRef
            container | env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}] | env[0].valueFrom.resourceFieldRef
            container | envFrom: [{prefix: A}] | envFrom[0]
            container | envFrom: [{secretRef: {name: a}, configMapRef: {name: b}}] | envFrom[0]
            container | readinessProbe: {failureThreshold: 3} | readinessProbe.failureThreshold
            container | readinessProbe: {timeoutSeconds: 3} | readinessProbe.timeoutSeconds
            container | readinessProbe: {httpGet: {path: /}, periodSeconds: 0, timeoutSeconds: 1} | readinessProbe.timeoutSeconds
            container | readinessProbe: {httpGet: {path: /}, periodSeconds: 5, timeoutSeconds: 1, failureThreshold: 2} |
            container | readinessProbe: {periodSeconds: -1} | readinessProbe.periodSeconds
            container | readinessProbe: {successThreshold: -1} | readinessProbe.successThreshold
            container | readinessProbe: {httpGet: {path: /}, tcpSocket: {port: 8080}} | readinessProbe
            container | readinessProbe: {httpGet: {path: /, port: http}} |
            container | readinessProbe: {httpGet: {path: /, port: web}} | readinessProbe.httpGet.port
            container | readinessProbe: {tcpSocket: {port: web}} | readinessProbe.tcpSocket.port
            container | readinessProbe: {httpGet: {path: /, port: http1}}, ports: [{containerPort: 8080, name: http1}] |
            container | readinessProbe: {httpGet: {path: /, port: http}}, ports: [{containerPort: 8080, name: http1}] | readinessProbe.httpGet.port
            container | readinessProbe: {successThreshold: 1} |
            container | livenessProbe: {periodSeconds: 10} | livenessProbe
            container | livenessProbe: {httpGet: {path: /, scheme: HTTP}} |
            container | startupProbe: {tcpSocket: {port: 0}} |
            container | imagePullPolicy: Sometimes |
            container | terminationMessagePolicy: Nowhere | terminationMessagePolicy
            container | securityContext: {privileged: true} | securityContext.privileged
            container | securityContext: {privileged: false} |
            container | securityContext: {runAsUser: -1} | securityContext.runAsUser
            container | securityContext: {runAsUser: 4294967296} | securityContext.runAsUser
            container | securityContext: {capabilities: {drop: [ALL]}} |
            container | securityContext: {capabilities: {add: [NET_BIND_SERVICE]}} | securityContext.capabilities.add
            container | securityContext: {procMount: Default} | securityContext.procMount
            container | lifecycle: {} | lifecycle
            container | stdin: true | stdin
            container | resources: {limits: {cpu: 100m, memory: 1.5Gi}} |
            container | resources: {limits: {memory: 256MB}} | resources.limits.memory
            container | resources: {requests: {memory: lots}} | resources.requests.memory
            container | resources: {requests: {memory: 1e3}} |
            container | volumeMounts: [{name: none, mountPath: /a}] | volumeMounts[0].name
            container | image: "Test/greeter" | image
            container | image: "test/Greeter" | image
            container | image: "x" | image
            container | image: "localhost:5000/a/b:1@sha256:0000000000000000000000000000000000000000000000000000000000000000" |
            container | image: "" | image
            mount | emptyDir: {} |
            mount | configMap: {name: a} |
            mount | secret: {secretName: a} |
            mount | projected: {sources: [{serviceAccountToken: {path: token}}]} |
            mount | emptyDir: {}, secret: {secretName: a} | spec.volumes[0]
            mount | hostPath: {path: /tmp} | spec.volumes[0].hostPath
            mount | downwardAPI: {} | spec.volumes[0].downwardAPI
            path | / | mountPath
            path | /dev | mountPath
            path | /dev/ | mountPath
            path | /dev/log | mountPath
            path | /dev/../dev | mountPath
            path | /tmp |
            path | /proc |
            path | tmp | mountPath
            pod | nodeSelector: {a: b} | spec.nodeSelector
            pod | affinity: {} | spec.affinity
            pod | affinity: {nodeAffinity: {}} | spec.affinity
            pod | tolerations: [{operator: Exists}] | spec.tolerations
            pod | tolerations: [] |
            pod | topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}] | spec.topologySpreadConstraints
            pod | securityContext: {runAsNonRoot: true} | spec.securityContext
            pod | securityContext: {} | spec.securityContext
            pod | priorityClassName: high | spec.priorityClassName
            pod | schedulerName: mine | spec.schedulerName
            pod | runtimeClassName: mine | spec.runtimeClassName
            pod | hostAliases: [{ip: 1.2.3.4, hostnames: [a]}] | spec.hostAliases
            pod | hostNetwork: true | spec.hostNetwork
            pod | dnsPolicy: Default | spec.dnsPolicy
            pod | restartPolicy: Always | spec.restartPolicy
            pod | terminationGracePeriodSeconds: 30 | spec.terminationGracePeriodSeconds
            pod | nodeName: a | spec.nodeName
            pod | automountServiceAccountToken: false |
            pod | automountServiceAccountToken: true | spec.automountServiceAccountToken
            pod | serviceAccountName: robot |
            pod | serviceAccountName: Robot | spec.serviceAccountName
            pod | enableServiceLinks: true |
            pod | imagePullSecrets: [{name: a}] |
            pod | timeoutSeconds: 600 |
            pod | timeoutSeconds: 601 | spec.timeoutSeconds
            pod | timeoutSeconds: -1 | spec.timeoutSeconds
            pod | containerConcurrency: 1000 |
            pod | containerConcurrency: 1001 | spec.containerConcurrency
            pod | containerConcurrency: -1 | spec.containerConcurrency
            pod | initContainers: [{image: test/first}] | spec.initContainers
            pod | volumes: [{name: a, emptyDir: {}}] | spec.volumes[0].name
            template | name: greeter-one |
            template | name: one | metadata.name
            template | name: greeter-One | metadata.name
            template | name: greeter-1.0 | metadata.name
            name | greeter-1 |
            name | 1greeter | metadata.name
            name | Greeter | metadata.name
            name | greeter.one | metadata.name
            name | greeter_one | metadata.name
            name | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |
            name | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | metadata.name
            traffic | [{latestRevision: true, percent: 100}] |
            traffic | [{percent: 100}] |
            traffic | [{latestRevision: true, percent: 90}] | spec.traffic
            traffic | [{latestRevision: true, percent: 101}] | spec.traffic[0].percent
            traffic | [{latestRevision: true, percent: 150}, {latestRevision: true, percent: -50}] | percent
            traffic | [{latestRevision: true, percent: 100, tag: Canary}] | tag
            traffic | [{latestRevision: true, percent: 100, tag: canary}] |
            traffic | [{latestRevision: true, percent: 50, tag: a}, {latestRevision: true, percent: 50, tag: a}] | tag
            traffic | [{latestRevision: false, percent: 100}] | spec.traffic[0]
            traffic | [{latestRevision: true, percent: 100, configurationName: greeter}] | configurationName
            traffic | [{latestRevision: true, percent: 100, url: "http://a"}] | url
            annotations | autoscaling.knative.dev/min-scale: "1" |
            annotations | autoscaling.knative.dev/min-scale: "-1" | min-scale
            annotations | serving.knative.dev/progress-deadline: "1m" |
            annotations | serving.knative.dev/progress-deadline: "1" | progress-deadline
            own | serving.knative.dev/rollout-duration: "380s" |
            own | serving.knative.dev/rollout-duration: "38" | rollout-duration
            own | serving.knative.dev/rollout-duration: "1.5s" | rollout-duration
            own | autoscaling.knative.dev/min-scale: "1" | min-scale
            labels | networking.knative.dev/visibility: cluster-local |
            """)
    void knativeServiceIsAdmittedAsByServingsWebhook(String where, String what, String refused) throws IOException {
        var container = "image: test/greeter";
        var pod = "";
        var template = "";
        var name = "greeter";
        var metadata = "";
        var traffic = "";
        switch (where) {
            case "container" -> container = what.startsWith("image:") ? what : container + ", " + what;
            case "pod" -> pod = what;
            case "mount" -> {
                container += ", volumeMounts: [{name: vol, mountPath: /vol}]";
                pod = "volumes: [{name: vol, %s}]".formatted(what);
            }
            case "path" -> {
                container += ", volumeMounts: [{name: vol, mountPath: %s}]".formatted(what);
                pod = "volumes: [{name: vol, emptyDir: {}}]";
            }
            case "template" -> template = what;
            case "annotations" -> template = "annotations: {%s}".formatted(what);
            case "name" -> name = what;
            case "own" -> metadata = ", annotations: {%s}".formatted(what);
            case "labels" -> metadata = ", labels: {%s}".formatted(what);
            case "traffic" -> traffic = "traffic: " + what;
            default -> throw new IllegalArgumentException(where);
        }
        verdict(refused, """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: %s%s}
                spec:
                  %s
                  template:
                    metadata: {%s}
                    spec:
                      %s
                      containers: [{%s}]
                """.formatted(name, metadata, traffic, template, pod, container));
    }

    private void read() {
        ManifestReader.read(directory).of(Service.class).forEach(Scaling::of);
    }

    private void verdict(String refused, String yaml) throws IOException {
        Files.writeString(directory.resolve("manifest.yaml"), yaml);
        if (refused == null) {
            assertDoesNotThrow(this::read);
        } else {
            var problem = assertThrows(StartException.class, this::read);
            assertTrue(problem.getMessage().contains(refused + ": "), problem.getMessage());
        }
    }
}
