/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.restassured.RestAssured;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.platform.Ports;

/** The metrics of processes that come and go, and Knative's own. */
@Timeout(180)
class MetricsTest {
    static {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    private static final int LIVES = 20;
    private static final int AT_ONCE = 5;
    private static final int CALLS = 1_000;

    @TempDir
    Path directory;

    private TestServing system;

    @BeforeEach
    void start() throws IOException {
        system = new TestServing(directory);
    }

    @AfterEach
    void stop() throws Exception {
        system.close();
    }

    @Test
    void thousandCallsOverTwentyLivesAreAThousandForPrometheusToo() throws IOException {
        system.start(echo("/metrics").replace("initial-scale: \"0\"", """
                initial-scale: "1"
                        autoscaling.knative.dev/activation-scale: "%d"
                        autoscaling.knative.dev/scale-down-delay: 1m""".formatted(AT_ONCE)));
        await().until(() ->
                sample("echo_requests_total").isPresent()); // at 0: increase() is blind for how a series begins
        try (var prometheus = new Prometheus(directory, system.metricsPort())) {
            if (isOnThePath("prometheus")) {
                prometheus.start();
                await().until(() -> prometheus.query("echo_requests_total", "").equals("0"));
            }
            system.scaleToZero();
            for (int lives = 0; lives < LIVES; lives += AT_ONCE) {
                call(1);
                await().until(() -> value("kn_revision_pods_count{%s,}") == AT_ONCE);
                call(CALLS / LIVES * AT_ONCE - 1);
                system.scaleToZero();
            }
            assertTrue(system.instances().starts() > LIVES);
            assertEquals(CALLS, value("echo_requests_total{kn_service_name=\"echo\",}"));
            assertEquals(Optional.empty(), sample("echo_living"));
            assertEquals(
                    CALLS,
                    value("kn_serving_invocation_duration_seconds_count{%s,http_response_status_code=\"200\",}"));
            assertEquals(1 + LIVES / AT_ONCE, value("local_knative_cold_start_duration_seconds_count{%s,}"));
            assertTrue(value("process_cpu_seconds_total{kn_service_name=\"echo\",}") > 0);

            assumeTrue(isOnThePath("prometheus"), "no prometheus on the PATH: apt-get install prometheus");
            await().until(() -> prometheus.query("echo_requests_total", "").equals(Integer.toString(CALLS)));
            var last = prometheus.query("timestamp(echo_requests_total)", "");
            var increase = prometheus.query("increase(echo_requests_total[10m])", last);
            assertEquals(CALLS, Double.parseDouble(increase), 0.5);
        }
    }

    /** What it has counted since the last look is lost with it, and no more. */
    @Test
    void killedProcessTakesNothingWithItThatWasSeen() throws IOException {
        system.start(echo("/metrics"));
        call(3);
        await().until(() -> value("echo_requests_total{kn_service_name=\"echo\",}") == 3);
        assertEquals(1, value("echo_living{kn_service_name=\"echo\",replica=\"0\",}"));
        var process = ProcessHandle.of(system.instances().pids().getFirst()).orElseThrow();
        process.destroyForcibly();
        await().until(() -> !system.instances().pids().contains(process.pid()));
        call(2);
        await().until(() -> value("echo_requests_total{kn_service_name=\"echo\",}") == 5);
    }

    @Test
    void processThatDoesNotAnswerIsEndedAllTheSame() throws IOException {
        system.start(echo("/never"));
        call(1);
        var process = ProcessHandle.of(system.instances().pids().getFirst()).orElseThrow();
        long begin = System.nanoTime();
        system.scaleToZero();
        assertFalse(process.isAlive());
        var took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, took.toString());
    }

    /** It reads them from the process, past the activator; and where there is none, it asks nobody. */
    @Test
    void readingMetricsIsNoRequest() throws IOException {
        system.start(echo("/metrics"));
        assertEquals(0, value("kn_revision_pods_desired{%s,}"));
        call(1);
        await().until(() -> sample("echo_living").isPresent());
        assertEquals(1, value("kn_revision_pods_count{%s,}"));
        assertEquals(0, value("kn_revision_request_concurrency{%s,}"));
        system.scaleToZero();
        system.metrics();
        assertEquals(0, value("kn_revision_pods_count{%s,}"));
        assertEquals(1, system.instances().starts());
    }

    private void call(int times) throws IOException {
        var answers = Stream.generate(() -> system.get("/live")).limit(times).toList();
        answers.forEach(answer -> assertEquals(200, answer.join().statusCode()));
    }

    private static String echo(String metrics) {
        return """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: echo}
                spec:
                  template:
                    metadata:
                      annotations:
                        prometheus.io/scrape: "true"
                        prometheus.io/path: %s
                        autoscaling.knative.dev/initial-scale: "0"
                    spec:
                      containers:
                        - image: test/echo
                """.formatted(metrics);
    }

    private double value(String series) {
        var labels =
                "k8s_namespace_name=\"default\",kn_service_name=\"echo\",kn_configuration_name=\"echo\",kn_revision_name=\"echo-00001\"";
        return sample(series.formatted(labels))
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .orElse(Double.NaN);
    }

    private Optional<String> sample(String begin) {
        return system.metrics().lines().filter(line -> line.startsWith(begin)).findFirst();
    }

    private static boolean isOnThePath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    /** A real one, which reads every second. */
    private static final class Prometheus implements AutoCloseable {
        private static final Pattern VALUE = Pattern.compile("\"value\":\\[[\\d.]+,\"(.*?)\"]");

        private final int port = Ports.free();
        private final Path directory;
        private final int target;
        private Process process;

        Prometheus(Path directory, int target) {
            this.directory = directory;
            this.target = target;
        }

        void start() throws IOException {
            var config = Files.writeString(directory.resolve("prometheus.yml"), """
                    scrape_configs:
                      - job_name: local-knative
                        scrape_interval: 1s
                        scrape_timeout: 1s
                        static_configs: [{targets: ["127.0.0.1:%d"]}]
                    """.formatted(target));
            process = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + directory.resolve("tsdb"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("prometheus.log").toFile())
                    .start();
        }

        /** The value of the first series; empty without one, or before it is ready. */
        String query(String expression, String time) {
            try {
                var answer = RestAssured.given()
                        .baseUri("http://127.0.0.1:" + port)
                        .queryParam("query", expression)
                        .queryParam("time", time.isEmpty() ? Double.toString(System.currentTimeMillis() / 1e3) : time)
                        .get("/api/v1/query")
                        .asString();
                var value = VALUE.matcher(answer);
                return value.find() ? value.group(1) : "";
            } catch (Exception notYet) {
                return "";
            }
        }

        @Override
        public void close() {
            if (process != null) {
                process.destroy();
                process.onExit().join();
            }
        }
    }
}
