/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fate of edits and rebuilds while the system runs. Each test has a service, and a file, of its own. */
@Timeout(180)
class RolloutTest {
    static {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    @TempDir
    static Path directory;

    static Cluster cluster;
    static int port;

    @BeforeAll
    static void start() throws IOException {
        TestSystem.images(directory.resolve("images"));
        Files.createDirectories(directory.resolve("manifests"));
        for (var name : List.of("edited", "rebuilt", "broken", "mounted", "busy")) {
            write(name, service(name, "", "{name: VERSION, value: '1'}"));
        }
        write("settings", settings("hello"));
        write("split", split("one", "[{latestRevision: true, percent: 100}]"));
        cluster = new Cluster(TestSystem.options(
                directory, "-k=" + directory.resolve("manifests"), "--images=" + directory.resolve("images")));
        port = cluster.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void editedManifestIsANewRevisionAndNoRequestFails() throws Exception {
        long first = get("edited", "/").jsonPath().getLong("pid");
        var revisions = underLoad("edited", () -> {
            write("edited", service("edited", "", "{name: VERSION, value: '2'}"));
            awaitRevision("edited", "edited-00002");
        });
        assertEquals(List.of("edited-00001", "edited-00002"), revisions);
        assertEquals("2", env("edited").get("VERSION"));
        await().until(() -> ProcessHandle.of(first).isEmpty());
    }

    @Test
    void editIsTakenUpWhileVirtualThreadsKeepTheProcessorsBusy() throws IOException {
        get("busy", "/");
        try (var _ = new BusyVirtualThreads()) {
            write("busy", service("busy", "", "{name: VERSION, value: '2'}"));
            awaitRevision("busy", "busy-00002");
        }
    }

    @Test
    void rebuiltImageIsANewRevisionAndNoRequestFails() throws Exception {
        long first = get("rebuilt", "/").jsonPath().getLong("pid");
        var revisions = underLoad("rebuilt", () -> {
            var executable = directory.resolve("images/rebuilt/target/rebuilt-1.0-runner");
            var text = Files.readString(executable);
            Files.delete(executable); // as a build does, a while before it is done
            var next = Files.writeString(executable.resolveSibling("next"), text.replace("\"$@\"", "\"$@\" rebuilt"));
            assertTrue(next.toFile().setExecutable(true));
            Files.move(next, executable, StandardCopyOption.REPLACE_EXISTING);
            awaitRevision("rebuilt", "rebuilt-00002");
        });
        assertEquals(List.of("rebuilt-00001", "rebuilt-00002"), revisions);
        assertEquals("[rebuilt]", get("rebuilt", "/").jsonPath().getList("args").toString());
        await().until(() -> ProcessHandle.of(first).isEmpty());
    }

    @Test
    void editThatCanNotBeReadOrStartedLeavesTheEarlierRevisionAndSaysWhy() throws Exception {
        get("broken", "/");
        write("broken", "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: broken}\nspek: {}\n");
        await().until(() -> String.valueOf(page().getString("problem")).contains("broken.yaml:4: spek: unknown field"));
        get("broken", "/").then().statusCode(200).body("env.K_REVISION", equalTo("broken-00001"));

        write("broken", service("broken", "args: [--exit]", "{name: VERSION, value: '3'}"));
        await().until(() -> page().getString("problem") == null
                && problem("broken").contains("broken-00002 ended with exit code 3")
                && problem("broken").contains("out of ideas"));
        get("broken", "/").then().statusCode(200).body("env.K_REVISION", equalTo("broken-00001"));

        write("broken", service("broken", "", "{name: VERSION, value: '4'}"));
        awaitRevision("broken", "broken-00003");
        assertEquals("null", problem("broken"));
    }

    @Test
    void changeOfAMountedConfigMapReachesTheFileWithoutARestartButNotTheEnvironment() throws Exception {
        write("mounted", """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: mounted}
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/mounted
                          env:
                            - {name: SETTINGS, value: /etc/settings}
                            - {name: GREETING, valueFrom: {configMapKeyRef: {name: settings, key: greeting}}}
                          volumeMounts: [{name: settings, mountPath: /etc/settings}]
                      volumes: [{name: settings, configMap: {name: settings}}]
                """);
        awaitRevision("mounted", "mounted-00002");
        var before = get("mounted", "/").jsonPath();
        assertEquals("hello", before.getString("greeting"));

        write("settings", settings("goodbye"));
        await().until(() -> get("mounted", "/").jsonPath().getString("greeting").equals("goodbye"));
        var after = get("mounted", "/").jsonPath();
        assertEquals(before.getLong("pid"), after.getLong("pid"));
        assertEquals("hello", after.getString("env.GREETING"));
    }

    @Test
    void trafficIsSharedByPercentAndTagsHaveNames() throws Exception {
        get("split", "/").then().body("env.K_REVISION", equalTo("split-one"));
        write("split", split("two", """
                [{revisionName: split-one, percent: 30, tag: stable}, {latestRevision: true, percent: 70},
                 {latestRevision: true, tag: next}]"""));
        await().until(() -> host("next-split").get("/").statusCode() == 200);
        var counts = new HashMap<String, Integer>();
        IntStream.range(0, 200).forEach(i -> counts.merge(env("split").get("K_REVISION"), 1, Integer::sum));
        assertEquals(2, counts.size(), counts.toString());
        assertTrue(counts.get("split-one") > 30 && counts.get("split-one") < 90, counts.toString());
        host("stable-split").get("/").then().body("env.K_REVISION", equalTo("split-one"));
        host("next-split").get("/").then().body("env.K_REVISION", equalTo("split-two"));

        write("split", split("two", "[{revisionName: split-none, percent: 100}]"));
        await().until(() -> problem("split").contains("there is no revision split-none, only [split-one, split-two]"));
        write("split", split("two", "[{latestRevision: true, percent: 90}]"));
        await().until(() -> String.valueOf(page().getString("problem"))
                .contains("spec.traffic: the percentages add up to 90, not to 100"));
        write("split", split("two", "[{latestRevision: true, percent: 100}]"));
    }

    @Test
    void namesThatAServiceHasNoMoreLeadNowhere() throws Exception {
        var tagged =
                split("one", "[{latestRevision: true, percent: 100, tag: now}]").replace("split", "tagged");
        write("tagged", tagged);
        await().until(() -> status("now-tagged.default.localhost") == 200);
        write("tagged", tagged.replace("tag: now", "tag: then"));
        await().until(() -> status("then-tagged.default.localhost") == 200);
        assertEquals(404, status("now-tagged.default.localhost"));
        assertEquals(404, status("now-tagged.default.svc.cluster.local"));

        write(
                "tagged",
                tagged.replace(
                        "{name: tagged}",
                        "{name: tagged, labels: {networking.knative.dev/visibility: cluster-local}}"));
        await().until(() -> status("now-tagged.default.svc.cluster.local") == 200);
        assertEquals(404, status("tagged.default.localhost"));
        assertEquals(404, status("now-tagged.default.localhost"));

        Files.delete(file("tagged"));
        await().until(() -> status("now-tagged.default.svc.cluster.local") == 404);
        assertEquals(404, status("tagged.default.svc.cluster.local"));
    }

    @Test
    void templateThatChangesUnderTheSameNameIsRefused() throws Exception {
        var same = split("one", "[{latestRevision: true, percent: 100}]").replaceAll("split", "named");
        write("named", same);
        await().until(() -> host("named").get("/").statusCode() == 200);
        write("named", same.replace("VERSION", "OTHER"));
        await().until(() -> problem("named").contains("spec.template.metadata.name: the template has changed"));
        Files.delete(file("named"));
        await().until(() -> host("named").get("/").statusCode() == 404);
    }

    @Test
    void jobThatFailedIsRunAgainWithTheNextEditWhateverThatIs() throws Exception {
        write("job", """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: sql}
                data: {V1__insert.sql: insert into made_by_hand values (1)}
                ---
                apiVersion: batch/v1
                kind: Job
                metadata: {name: job}
                spec:
                  template:
                    spec:
                      restartPolicy: Never
                      containers:
                        - name: flyway
                          image: flyway/flyway:12.0.0
                          args: [migrate]
                          env:
                            - {name: DB_PORT, valueFrom: {secretKeyRef: {name: job-postgresql-96789hg4th, key: port}}}
                            - {name: FLYWAY_URL, value: "jdbc:postgresql://127.0.0.1:$(DB_PORT)/job"}
                            - {name: FLYWAY_USER, valueFrom: {secretKeyRef: {name: job-postgresql-96789hg4th, key: username}}}
                            - {name: FLYWAY_PASSWORD, valueFrom: {secretKeyRef: {name: job-postgresql-96789hg4th, key: password}}}
                          volumeMounts: [{name: sql, mountPath: /flyway/sql}]
                      volumes: [{name: sql, configMap: {name: sql}}]
                """);
        await().until(() -> String.valueOf(page().getString("problem")).contains("Job job failed"));

        var url = "jdbc:postgresql://%s/job".formatted(page().getString("postgresql"));
        var password =
                Files.readString(directory.resolve("data/credentials/job")).strip();
        try (var connection = DriverManager.getConnection(url, "job", password);
                var sql = connection.createStatement()) {
            sql.execute("create table made_by_hand (id int)");
            write("other", settings("hello").replace("name: settings", "name: other"));
            await().until(() -> page().getString("problem") == null
                    && sql.executeQuery("select * from made_by_hand").next());
        } finally {
            Files.delete(file("job"));
        }
    }

    @Test
    void postgresqlThatDiesAloneIsStartedAgain() throws Exception {
        var pid = Long.parseLong(Files.readAllLines(directory.resolve("data/postgresql/postmaster.pid"))
                .getFirst());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        var url = "jdbc:postgresql://%s/local_knative".formatted(page().getString("postgresql"));
        var password = Files.readString(directory.resolve("data/credentials/local_knative"))
                .strip();
        await().ignoreExceptionsMatching(e -> e instanceof SQLException || e instanceof IOException)
                .until(() -> Long.parseLong(Files.readAllLines(directory.resolve("data/postgresql/postmaster.pid"))
                                        .getFirst())
                                != pid
                        && DriverManager.getConnection(url, "local_knative", password)
                                .isValid(1));
    }

    /** Requests one after the other from several callers, all answered 200: the revisions that answered, in their order. */
    private static List<String> underLoad(String service, Change change) throws Exception {
        var done = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<String>> caller = () -> {
                var revisions = new ArrayList<String>();
                while (!done.get()) {
                    var response = get(service, "/sleep/20");
                    assertEquals(200, response.statusCode(), response.asString());
                    var revision = response.jsonPath().getString("revision");
                    if (!revisions.contains(revision)) {
                        revisions.add(revision);
                    }
                }
                return revisions;
            };
            List<Future<List<String>>> callers =
                    IntStream.range(0, 8).mapToObj(i -> threads.submit(caller)).toList();
            try {
                change.make();
            } finally {
                done.set(true);
            }
            for (var revisions : callers) {
                assertEquals(callers.getFirst().get(), revisions.get());
            }
            return callers.getFirst().get();
        }
    }

    private interface Change {
        void make() throws Exception;
    }

    private static void awaitRevision(String service, String revision) {
        await().until(() -> revision.equals(env(service).get("K_REVISION")));
    }

    private static Map<String, String> env(String service) {
        return get(service, "/").jsonPath().getMap("env");
    }

    private static String problem(String service) {
        return String.valueOf(page().getString("services.find { it.name == '%s' }.problem".formatted(service)));
    }

    private static JsonPath page() {
        return TestSystem.request(port, "localhost").get("/").jsonPath();
    }

    private static Response get(String service, String path) {
        return host(service).get(path);
    }

    private static int status(String host) {
        return TestSystem.request(port, host).get("/").statusCode();
    }

    private static RequestSpecification host(String name) {
        return TestSystem.request(port, name + ".default.svc.cluster.local");
    }

    private static Path file(String name) {
        return directory.resolve("manifests/" + name + ".yaml");
    }

    private static void write(String name, String text) throws IOException {
        Files.writeString(file(name), text);
        if (name.equals("settings")) {
            return;
        }
        var image = Files.createDirectories(directory.resolve("images/%s/target".formatted(name)))
                .resolve(name + "-1.0-runner");
        if (!Files.exists(image)) {
            Files.copy(
                    directory.resolve("images/echo/target/echo-1.0-runner"), image, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static String settings(String greeting) {
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data: {greeting: %s}
                """.formatted(greeting);
    }

    private static String service(String name, String more, String env) {
        return """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: %1$s}
                spec:
                  template:
                    spec:
                      containers:
                        - image: test/%1$s
                          env:
                            - %3$s
                          %2$s
                """.formatted(name, more, env);
    }

    private static String split(String revision, String traffic) {
        return """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: split}
                spec:
                  template:
                    metadata: {name: split-%1$s}
                    spec:
                      containers:
                        - image: test/split
                          env: [{name: VERSION, value: %1$s}]
                  traffic: %2$s
                """.formatted(revision, traffic);
    }
}
