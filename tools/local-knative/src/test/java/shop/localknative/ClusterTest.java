/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
    @TempDir
    static Path directory;

    static Cluster cluster;
    static int port;

    @BeforeAll
    static void start() throws Exception {
        cluster = new Cluster(TestSystem.echo(directory));
        port = cluster.start();
    }

    @AfterAll
    static void stop() {
        var pid = ProcessHandle.of(echo().getLong("pid"));
        cluster.close();
        assertTrue(pid.isEmpty() || !pid.get().isAlive(), "close() leaves no process behind");
    }

    @Test
    void requestsOfTheFirstMomentShareOneProcess() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Long> request =
                    () -> to("echo.demo.localhost").get("/").jsonPath().getLong("pid");
            var pids = threads.invokeAll(
                    IntStream.range(0, 10).mapToObj(i -> request).toList());
            for (var pid : pids) {
                assertEquals(pid("echo"), pid.get());
            }
        }
    }

    @Test
    void processGetsTheContainersEnvironmentAsItIsOnThisMachine() throws Exception {
        JsonPath echo = echo();
        Map<String, String> env = echo.getMap("env");
        assertEquals("hello", env.get("GREETING"));
        assertEquals("echo", env.get("K_SERVICE"));
        assertEquals("echo", env.get("K_CONFIGURATION"));
        assertEquals("echo-00001", env.get("K_REVISION"));
        assertEquals("by hand", env.get("ADDED"));
        assertEquals("[--from, args]", echo.getList("args").toString());
        assertEquals("http://elsewhere.example/path", env.get("ELSEWHERE_URL"));
        assertTrue(env.get("BACKSTAGE_URL").matches("http://127\\.0\\.0\\.1:\\d+/path"), env.get("BACKSTAGE_URL"));
        assertTrue(env.get("K_SINK").matches("http://127\\.0\\.0\\.1:\\d+/demo/default"), env.get("K_SINK"));
        assertNotEquals("9000", env.get("MANAGEMENT_PORT"));
        assertEquals("hello", Files.readString(Path.of(env.get("SETTINGS"), "greeting")));
        assertEquals(3, Files.readString(Path.of(env.get("TOKEN_FILE"))).split("\\.").length);
        assertFalse(env.containsKey("ABSENT"));
        assertFalse(env.containsKey("JAVA_HOME"), "nothing of this process leaks into the container");
    }

    @Test
    void migrationIsDoneWhenTheSystemIsReady() throws Exception {
        Map<String, String> env = echo().getMap("env");
        try (var connection =
                        DriverManager.getConnection(env.get("DB_URL"), env.get("DB_USER"), env.get("DB_PASSWORD"));
                var sql = connection.createStatement()) {
            sql.execute("INSERT INTO greetings VALUES ('hello') ON CONFLICT DO NOTHING");
            var durability = sql.executeQuery("SHOW synchronous_commit");
            durability.next();
            assertEquals("on", durability.getString(1));
        }
    }

    @Test
    void databaseAsksForAPassword() {
        Map<String, String> env = echo().getMap("env");
        var e = assertThrows(
                SQLException.class, () -> DriverManager.getConnection(env.get("DB_URL"), env.get("DB_USER"), "wrong"));
        assertTrue(e.getMessage().contains("password authentication failed"), e.getMessage());
    }

    @Test
    void serviceSeesWhoAsked() {
        to("echo.demo.localhost")
                .get("/a/path?q=1")
                .then()
                .body("path", equalTo("/a/path?q=1"))
                .body("headers.host", startsWith("echo.demo.localhost"))
                .body("headers.'x-forwarded-for'", equalTo("127.0.0.1"))
                .body("headers.'x-forwarded-proto'", equalTo("http"))
                .body("headers.'x-forwarded-host'", startsWith("echo.demo.localhost"));
    }

    @Test
    void largeBodiesPass() {
        var body = "x".repeat(3_000_000);
        to("echo.demo.localhost").body(body).post("/").then().body("body", equalTo(body));
    }

    @Test
    void instanceThatWasKilledIsReplacedByTheNextRequest() {
        long first = echo().getLong("pid");
        var process = ProcessHandle.of(first).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
        long second = to("echo.demo.localhost")
                .body("not lost")
                .post("/")
                .then()
                .statusCode(200)
                .body("body", equalTo("not lost"))
                .extract()
                .jsonPath()
                .getLong("pid");
        assertNotEquals(first, second);
    }

    @Test
    void processThatEndsIsA503ThatShowsItsLog() {
        to("broken.demo.localhost")
                .get("/")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .body("detail", containsString("ended with exit code 3"))
                .body("detail", containsString("out of ideas"));
    }

    @Test
    void requestLongerThanTimeoutSecondsIsA504() {
        to("backstage.demo.svc.cluster.local").get("/never").then().statusCode(504);
        to("backstage.demo.svc.cluster.local").get("/").then().statusCode(200);
    }

    @Test
    void clusterLocalServiceHasNoPublicName() {
        to("backstage.demo.localhost")
                .get("/")
                .then()
                .statusCode(404)
                .body("detail", containsString("'backstage.demo.localhost'"));
    }

    @Test
    void eventForTheBrokerReachesTheSubscriber() {
        send("1").statusCode(202);
        var log = directory.resolve("data/logs/backstage.log");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(log) && Files.readString(log).contains("POST /events"));
    }

    private static ValidatableResponse send(String id) {
        return to("broker-ingress.knative-eventing.svc.cluster.local")
                .headers(Map.of("ce-specversion", "1.0", "ce-id", id, "ce-source", "/test", "ce-type", "demo.greeted"))
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/demo/default")
                .then();
    }

    @Test
    void statusPageListsServicesForPeopleAndPrograms() {
        echo();
        to("localhost")
                .accept(ContentType.JSON)
                .get("/")
                .then()
                .body("services.name", hasItem("echo"))
                .body("services.find { it.name == 'echo' }.state", equalTo("ready"))
                .body("services.url", everyItem(matchesPattern("http://.*:" + port)));
        to("localhost")
                .accept(ContentType.HTML)
                .get("/")
                .then()
                .contentType(ContentType.HTML)
                .body(containsString("http://echo.demo.localhost:" + port));
    }

    @Test
    void registrySaysWhereAServiceIsHowItIsAndWhichEventsItTakesAndGives() {
        long pid = echo().getLong("pid");
        var echo = to("localhost").get("/registry/echo").jsonPath();
        assertEquals("serving.knative.dev/v1", echo.getString("apiVersion"));
        assertEquals("Service", echo.getString("kind"));
        assertEquals("http://echo.demo.svc.cluster.local", echo.getString("address"));
        assertEquals("http://echo.demo.localhost:" + port, echo.getString("publicAddress"));
        assertEquals("ready", echo.getString("health"));
        assertEquals(List.of("echo-00001"), echo.getList("revisions.name"));
        assertEquals(List.of(100), echo.getList("revisions.percent"));
        assertEquals(pid, echo.getLong("instances[0].pid"));
        assertEquals(0, echo.getInt("instances[0].requests"));
        assertTrue(Instant.parse(echo.getString("instances[0].readySince")).isBefore(Instant.now()));
        assertEquals(List.of("demo.greeted", "demo.parted"), echo.getList("publishes"));
        assertEquals("http://broker-ingress.knative-eventing.svc.cluster.local/demo/default", echo.getString("sink"));
        RestAssured.get("http://%s/".formatted(echo.getString("instances[0].address")))
                .then()
                .body("pid", equalTo((int) pid));
        var backstage = to("localhost").get("/registry/backstage").jsonPath();
        assertNull(backstage.getString("publicAddress"));
        assertEquals(List.of("*", "demo.greeted"), backstage.getList("receives"));
    }

    @Test
    void registryListsServicesAndBrokersForPeopleAndPrograms() {
        to("localhost")
                .get("/registry")
                .then()
                .body("name", equalTo(List.of("backstage", "broken", "default", "echo")))
                .body("find { it.kind == 'Broker' }.health", equalTo("ready"));
        to("localhost").accept(ContentType.HTML).get("/registry").then().contentType(ContentType.HTML);
        to("localhost")
                .get("/registry/ecko")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("title", equalTo("Nothing is called ecko"))
                .body("detail", equalTo("There are backstage, broken, default, echo."));
    }

    @Test
    void functionsAreWhatEventsRun() {
        send("of-functions").statusCode(202);
        await().atMost(Duration.ofSeconds(30)).until(() -> functions().getInt("[0].invocations") > 0);
        var backstage = functions();
        assertEquals(List.of("backstage"), backstage.getList("name"));
        assertEquals(List.of("new-year", "to-backstage"), backstage.getList("[0].triggers"));
        assertEquals(List.of("0 0 1 1 *"), backstage.getList("[0].schedules"));
        assertEquals(backstage.getInt("[0].invocations"), backstage.getInt("[0].outcomes.'200'"));
        assertTrue(backstage.getDouble("[0].p50Millis") > 0);
        assertTrue(backstage.getDouble("[0].p99Millis") >= backstage.getDouble("[0].p50Millis"));
        assertTrue(backstage.getLong("[0].residentBytes[0]") > 1_000_000);
        assertTrue(backstage.getList("[0].latest.id").contains("of-functions"));
        assertEquals("demo.greeted", backstage.getString("[0].latest[0].type"));
    }

    private static JsonPath functions() {
        return to("localhost").get("/functions").jsonPath();
    }

    @Test
    void registryShowsNothingOfAnEnvironmentOrALog() {
        Map<String, String> env = echo().getMap("env");
        to("broken.demo.localhost").get("/").then().statusCode(503);
        var registry = to("localhost").get("/registry").asString();
        assertTrue(registry.contains("ended with exit code 3"), registry);
        Stream.of(env.get("DB_PASSWORD"), env.get("SMTP_PASSWORD"), "hello", "out of ideas")
                .forEach(secret -> assertFalse(registry.contains(secret), secret));
    }

    @Test
    void registryAndMetricsAreForThisMachineOnly() {
        for (String page : List.of("/registry", "/metrics")) {
            to("elsewhere.example").get(page).then().statusCode(404).body("title", equalTo("Unknown host"));
        }
    }

    @Test
    void figuresAreForPrometheus() {
        to("localhost")
                .get("/metrics")
                .then()
                .statusCode(200)
                .contentType("text/plain; version=0.0.4; charset=utf-8")
                .body(containsString("# TYPE kn_eventing_dispatch_duration_seconds histogram"))
                .body(containsString("# TYPE kn_revision_request_concurrency gauge"))
                .body(containsString("# TYPE kn_serving_invocation_duration_seconds histogram"))
                .body(containsString("# TYPE local_knative_cold_start_duration_seconds histogram"));
        to("localhost").accept(ContentType.JSON).get("/").then().body("refusedDeadLetters.size()", equalTo(0));
    }

    @Test
    void mailboxIsAList() {
        to("localhost").accept(ContentType.JSON).get("/mailbox").then().body("size()", equalTo(0));
    }

    private static JsonPath echo() {
        return to("echo.demo.localhost").get("/").jsonPath();
    }

    private static long pid(String service) {
        return service(service).getLong("pid");
    }

    private static JsonPath service(String name) {
        return to("localhost").get("/").jsonPath().setRootPath("services.find { it.name == '%s' }".formatted(name));
    }

    private static RequestSpecification to(String host) {
        return TestSystem.request(port, host + ":" + port);
    }
}
