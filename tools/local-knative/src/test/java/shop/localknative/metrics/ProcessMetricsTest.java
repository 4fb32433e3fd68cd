/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** https://prometheus.io/docs/instrumenting/exposition_formats/ decides how a page is read. */
class ProcessMetricsTest {
    private final ProcessMetrics metrics = new ProcessMetrics(Duration.ofSeconds(1));

    @Test
    void countersAreSumsOverAllThatEverLived() throws IOException {
        for (int life = 0; life < 3; life++) {
            var process = born("orders");
            read(process, "# TYPE calls_total counter\ncalls_total{path=\"/\"} 5");
            read(process, "# TYPE calls_total counter\ncalls_total{path=\"/\"} 7");
            process.end();
        }
        assertEquals(List.of("calls_total{kn_service_name=\"orders\",path=\"/\",} 21.0"), samples());
    }

    @Test
    void counterThatBeginsAnewWithinALifeGoesOn() throws IOException {
        var process = born("orders");
        read(process, "# TYPE calls_total counter\ncalls_total 7");
        read(process, "# TYPE calls_total counter\ncalls_total 2");
        read(process, "# TYPE calls_total counter\ncalls_total 3");
        assertEquals(List.of("calls_total{kn_service_name=\"orders\",} 10.0"), samples());
    }

    @Test
    void gaugesAreOfTheLivingEachUnderTheLowestFreeNumber() throws IOException {
        var page = "# TYPE threads gauge\nthreads 3";
        var first = born("orders");
        var second = born("orders");
        read(first, page);
        read(second, page);
        first.end();
        assertEquals(List.of("threads{kn_service_name=\"orders\",replica=\"1\",} 3.0"), samples());
        read(born("orders"), page);
        assertEquals(
                List.of(
                        "threads{kn_service_name=\"orders\",replica=\"0\",} 3.0",
                        "threads{kn_service_name=\"orders\",replica=\"1\",} 3.0"),
                samples().stream().sorted().toList());
    }

    @Test
    void histogramsAreSummedByBucketAndSummariesWithoutTheirQuantiles() throws IOException {
        var page = """
                # HELP size A histogram.
                # TYPE size histogram
                size_bucket{le="1"} 1
                size_bucket{le="+Inf"} 2
                size_sum 12.5
                size_count 2
                # TYPE wait summary
                wait{quantile="0.5"} 4
                wait_sum 8
                wait_count 2
                """;
        for (int life = 0; life < 2; life++) {
            var process = born("orders");
            read(process, page);
            process.end();
        }
        assertEquals(
                List.of(
                        "size_bucket{kn_service_name=\"orders\",le=\"1\",} 2.0",
                        "size_bucket{kn_service_name=\"orders\",le=\"+Inf\",} 4.0",
                        "size_sum{kn_service_name=\"orders\",} 25.0",
                        "size_count{kn_service_name=\"orders\",} 4.0",
                        "wait_sum{kn_service_name=\"orders\",} 16.0",
                        "wait_count{kn_service_name=\"orders\",} 4.0"),
                samples());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "calls_total 3 1395066363000 | calls_total{kn_service_name=`orders`,} 3.0",
                "calls_total{a=`}, b`,c=`\\`\\\\n\\\\\\n`,} 3e0 | calls_total{kn_service_name=`orders`,a=`}, b`,c=`\\`\\\\n\\\\\\n`,} 3.0",
                "calls_total{kn_service_name=`other`} 3 | calls_total{kn_service_name=`orders`,exported_kn_service_name=`other`,} 3.0",
                "calls_total 3 # {trace_id=`abc`} 1.0 | calls_total{kn_service_name=`orders`,} 3.0",
                "calls 3 | calls{kn_service_name=`orders`,} 3.0",
                "calls_total NaN | ``",
                "calls_created 1395066363 | ``",
                "not a sample | ``",
                "{} | ``"
            })
    void pageIsReadAsPrometheusReadsIt(String line, String expected) throws IOException {
        var types = "# TYPE calls_total counter\n# TYPE calls counter\n";
        read(born("orders"), types + line.replace('`', '"'));
        assertEquals(
                expected == null || expected.isBlank() ? List.of() : List.of(expected.replace('`', '"')), samples());
    }

    @Test
    void whatIsSaidOfAMetricIsKept() throws IOException {
        read(born("orders"), "# HELP calls_total All calls.\n# TYPE calls_total counter\ncalls_total 1");
        read(born("users"), "# HELP calls_total All calls.\n# TYPE calls_total counter\ncalls_total 2");
        assertEquals("""
                # HELP calls_total All calls.
                # TYPE calls_total counter
                calls_total{kn_service_name="orders",} 1.0
                calls_total{kn_service_name="users",} 2.0
                """, text());
    }

    @Test
    void memoryAndProcessorTimeAreThoseOfTheOperatingSystem() throws Exception {
        born("orders").scrape();
        var text = text();
        assertFalse(
                text.contains("process_resident_memory_bytes{kn_service_name=\"orders\",replica=\"0\",} 0.0"), text);
        assertEquals(2, samples().size(), text);
    }

    private ProcessMetrics.Life born(String service) {
        return metrics.born(service, ProcessHandle.current(), null);
    }

    private static void read(ProcessMetrics.Life process, String page) {
        process.take(Page.read(page));
    }

    private List<String> samples() throws IOException {
        return text().lines().filter(line -> !line.startsWith("#")).toList();
    }

    private String text() throws IOException {
        var registry = new CollectorRegistry();
        registry.register(metrics);
        var text = new StringWriter();
        TextFormat.write004(text, registry.metricFamilySamples());
        return text.toString();
    }
}
