/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deployments and Services of Kubernetes beside Knative, and containers with commands of their own, as processes. */
@Timeout(120)
class PlainKubernetesTest {
    @TempDir
    static Path directory;

    static Cluster cluster;
    static int port;

    @BeforeAll
    static void start() throws IOException {
        var runner = TestSystem.images(directory.resolve("images")).resolve("echo/target/echo-1.0-runner");
        var manifests = Files.createDirectories(directory.resolve("manifests"));
        // As kubectl get -o yaml prints it: a list, with what a cluster has made of it.
        Files.writeString(manifests.resolve("display.yaml"), """
                apiVersion: v1
                kind: List
                metadata: {resourceVersion: ""}
                items:
                  - apiVersion: apps/v1
                    kind: Deployment
                    metadata:
                      name: display
                      creationTimestamp: "2026-01-02T03:04:05Z"
                      generation: 3
                      uid: 0f7a9a5c-2c5d-4b9f-9f2f-1f0b8f0f0f0f
                      annotations: {deployment.kubernetes.io/revision: "3"}
                    spec:
                      replicas: 2
                      progressDeadlineSeconds: 600
                      revisionHistoryLimit: 10
                      selector: {matchLabels: &labels {app: display}}
                      strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
                      template:
                        metadata: {creationTimestamp: null, labels: *labels}
                        spec:
                          containers:
                            - name: display
                              image: test/echo
                              args: ["--port=8080", --management, "9000"]
                              env:
                                - {name: MANAGEMENT_PORT, value: "9000"}
                                - {name: NAMESPACE, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}}
                                - {name: OTHER_URL, value: "http://display:9000/other"}
                                - {name: LEGACY_URL, value: "https://legacy:8443/path"}
                                - {name: NOBODY_URL, value: "http://nobody.default.svc.cluster.local:8080/path"}
                                - {name: SHOUT_URL, value: "http://shout.default.svc.cluster.local/path"}
                              resources: {}
                              terminationMessagePath: /dev/termination-log
                              terminationMessagePolicy: File
                          dnsPolicy: ClusterFirst
                          nodeSelector: {disk: ssd}
                          restartPolicy: Always
                          schedulerName: default-scheduler
                          securityContext: {}
                          terminationGracePeriodSeconds: 30
                    status: {replicas: 2, readyReplicas: 2}
                  - apiVersion: v1
                    kind: Service
                    metadata: {name: display}
                    spec:
                      clusterIP: 10.96.0.17
                      clusterIPs: [10.96.0.17]
                      selector: {app: display}
                      ports:
                        - {name: http, port: 80, protocol: TCP, targetPort: 8080}
                        - {name: management, port: 9000}
                    status: {loadBalancer: {}}
                  - apiVersion: apps/v1
                    kind: ReplicaSet
                    metadata:
                      name: display-7d4b
                      ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: display, uid: x, controller: true}]
                  - apiVersion: v1
                    kind: Service
                    metadata: {name: legacy}
                    spec: {type: ExternalName, externalName: legacy.example.com, ports: [{port: 8443}]}
                  - apiVersion: v1
                    kind: Service
                    metadata: {name: shout}
                    spec: {type: ExternalName, externalName: display.default.svc.cluster.local}
                """);
        Files.writeString(manifests.resolve("eventing.yaml"), """
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: default}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: display}
                spec:
                  broker: default
                  subscriber: {ref: {apiVersion: v1, kind: Service, name: display}, uri: /event}
                ---
                apiVersion: sources.knative.dev/v1
                kind: SinkBinding
                metadata: {name: display}
                spec:
                  subject: {apiVersion: apps/v1, kind: Deployment, name: display}
                  sink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}
                """);
        Files.writeString(manifests.resolve("containers.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data: {greeting: hello}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: commanded}
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/elsewhere
                          command: [/bin/sh, -c, 'WHERE=$(pwd) exec "$0" "$@"', %s]
                          args: ["$(GREETING), you", "$$(GREETING)", "$(UNKNOWN)", "--file=/etc/echo/$(FILE)", "$(PORT)"]
                          workingDir: /etc/echo
                          env: [{name: GREETING, value: hello}, {name: FILE, value: greeting}]
                          volumeMounts: [{name: settings, mountPath: /etc/echo}]
                      volumes: [{name: settings, configMap: {name: settings}}]
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: elsewhere}
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/elsewhere
                          command: [/bin/sh, -c, 'WHERE=$(pwd) exec "$0" "$@"', %s]
                          workingDir: /only/in/the/image
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: scripted}
                spec:
                  template:
                    spec:
                      containers:
                        - {image: "test/scripted:1", args: ["two words"]}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: quarkus}
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/echo
                          ports: [{containerPort: 8080, name: http1, protocol: TCP}]
                          readinessProbe:
                            httpGet: {path: /ready, port: null, scheme: HTTP}
                            failureThreshold: 3
                            initialDelaySeconds: 5
                            periodSeconds: 10
                            successThreshold: 1
                            timeoutSeconds: 10
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: debug}
                """.formatted(runner, runner));
        var scripted = "test/scripted=cd '%s' && ./%s from-shell \"$@\"; echo done"
                .formatted(runner.getParent(), runner.getFileName());
        cluster = new Cluster(TestSystem.options(
                directory,
                "-k=" + manifests,
                "--skip=Pod",
                "--images=" + directory.resolve("images"),
                "--process=" + scripted));
        port = cluster.start();
    }

    @AfterAll
    static void stop() throws IOException {
        var child = echo("scripted").getLong("pid"); // of the shell that waits for it
        cluster.close();
        assertFalse(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void deploymentRunsAsManyProcessesAsItHasReplicasWhetherAskedOrNot() {
        await().atMost(Duration.ofSeconds(60)).until(() -> pids().size() == 2);
        var answering = new HashSet<Long>();
        await().until(() -> {
            var sleeping = TestSystem.request(port, "display.default.localhost");
            var first = Thread.startVirtualThread(() -> sleeping.get("/sleep/300"));
            answering.add(echo("display").getLong("pid"));
            first.join();
            return answering.size() == 2;
        });
        assertEquals(new HashSet<>(pids()), answering);
    }

    @Test
    void deploymentFindsItsPortsAndOthersAtThisMachine() {
        var echo = echo("display");
        Map<String, String> env = echo.getMap("env");
        assertNull(env.get("K_SERVICE"));
        assertEquals("default", env.get("NAMESPACE"));
        assertNotEquals("9000", env.get("MANAGEMENT_PORT"));
        assertEquals(
                List.of("--port=" + env.get("PORT"), "--management", env.get("MANAGEMENT_PORT")), echo.getList("args"));
        assertEquals("https://legacy.example.com:8443/path", env.get("LEGACY_URL"));
        assertTrue(env.get("K_SINK").matches("http://127.0.0.1:\\d+/default/default"), env.get("K_SINK"));
        given().get(env.get("SHOUT_URL")).then().statusCode(200);
    }

    @Test
    void callOfANameThatNoManifestHasFailsAtOnceAndSaysSo() {
        String url = echo("display").getString("env.NOBODY_URL");
        assertTimeout(
                Duration.ofSeconds(1),
                () -> given().get(url)
                        .then()
                        .statusCode(502)
                        .contentType("application/problem+json")
                        .body("detail", startsWith("Nothing is called 'nobody.default.svc.cluster.local'")));
    }

    @Test
    void registryHasWhatIsOutsideAndADeploymentsInstancesAtItsService() {
        await().atMost(Duration.ofSeconds(60)).until(() -> pids().size() == 2);
        var legacy = registry("legacy");
        assertEquals("http://legacy.default.svc.cluster.local:8443", legacy.getString("address"));
        assertEquals("legacy.example.com:8443", legacy.getString("external"));
        var display = registry("display");
        assertEquals("v1", display.getString("apiVersion"));
        assertEquals(new HashSet<>(pids()), new HashSet<>(display.getList("instances.pid", Long.class)));
        assertEquals(List.of("*"), display.getList("receives"));
        assertEquals("display.default.svc.cluster.local", registry("shout").getString("external"));
    }

    private static JsonPath registry(String name) {
        return TestSystem.request(port, "localhost").get("/registry/" + name).jsonPath();
    }

    @Test
    void eachPortOfAServiceLeadsToItsOwnOfTheContainer() {
        Map<String, String> env = echo("display").getMap("env");
        assertEquals(
                "up",
                given().get(env.get("OTHER_URL").replace("/other", "/ready")).asString());
        assertEquals(
                "ready",
                given().get(env.get("SHOUT_URL").replace("/path", "/ready")).asString());
    }

    @Test
    void deploymentsServiceIsASubscriber() throws IOException {
        TestSystem.request(port, "broker-ingress.knative-eventing.svc.cluster.local")
                .headers("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/test", "ce-type", "test")
                .post("/default/default")
                .then()
                .statusCode(202);
        var log = directory.resolve("data/logs/display.log");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(log) && Files.readString(log).contains("POST /event"));
    }

    /** https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/ */
    @Test
    void commandWorkingDirectoryAndArgumentsAreTheContainers() {
        var echo = echo("commanded");
        var where = echo.getString("env.WHERE");
        assertTrue(where.startsWith(directory.resolve("data/volumes").toString()), where);
        assertEquals(
                List.of(
                        "hello, you",
                        "$(GREETING)",
                        "$(UNKNOWN)",
                        echo.getList("args").get(3),
                        echo.getString("env.PORT")),
                echo.getList("args"));
        assertTrue(
                Files.exists(Path.of(echo.<String>getList("args").get(3).replace("--file=", ""))),
                echo.getString("args"));
    }

    /** A container's runtime makes it (runc, {@code libcontainer/init_linux.go}); here an image's folders are not this machine's. */
    @Test
    void workingDirectoryOfTheImageIsOneOfTheInstancesOwn() {
        var where = Path.of(echo("elsewhere").getString("env.WHERE"));
        assertTrue(where.startsWith(directory.resolve("data")), where.toString());
        assertFalse(Files.exists(Path.of("/only")));
    }

    @Test
    void commandInPlaceOfAnImageIsReadByAShell() {
        assertEquals(List.of("from-shell", "two words"), echo("scripted").getList("args"));
    }

    @Test
    void probeOfQuarkusIsAskedAtTheContainersPort() {
        assertEquals("quarkus", echo("quarkus").getString("env.K_SERVICE"));
    }

    private static List<Long> pids() {
        return TestSystem.request(port, "localhost")
                .get("/")
                .jsonPath()
                .getList("services.find { it.name == 'display' }.revisions[0].pids", Long.class);
    }

    private static JsonPath echo(String service) {
        var answer =
                TestSystem.request(port, service + ".default.svc.cluster.local").get("/");
        assertEquals(200, answer.statusCode(), answer.asString());
        return answer.jsonPath();
    }
}
