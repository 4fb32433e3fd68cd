/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.metrics;

import io.prometheus.client.Collector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The metrics of all processes of a service together. Counters and histograms are the sums over all that ever lived, so they
 * never go back; a process that is killed takes with it what it has counted since it was last asked. Gauges are those of the
 * living, told apart by the label {@code replica}: the lowest number that is free.
 */
public final class ProcessMetrics extends Collector {
    /** Of one answer, however slowly a process gives it. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** The label that Knative's own metrics have (knative/serving pkg/metrics/key.go), so that both can be joined. */
    private static final String SERVICE = "kn_service_name";

    private static final long MOST_BYTES = 16 << 20;
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();
    private final Duration interval;
    private final Map<String, Page.Family> families = new HashMap<>();
    private final Map<Series, Double> sums = new LinkedHashMap<>(); // keeps the buckets of a histogram in their order
    private final Set<Life> living = new HashSet<>();

    /** @param interval between two looks at a process */
    public ProcessMetrics(Duration interval) {
        this.interval = interval;
    }

    public Duration interval() {
        return interval;
    }

    /**
     * A process that has just been started.
     *
     * @param page where it shows its metrics; null if it shows none
     */
    public synchronized Life born(String service, ProcessHandle process, URI page) {
        int replica = IntStream.iterate(0, i -> i + 1)
                .filter(free -> living.stream().noneMatch(life -> life.service.equals(service) && life.replica == free))
                .findFirst()
                .getAsInt();
        var life = new Life(service, replica, process, page);
        living.add(life);
        return life;
    }

    /** What is known of one process. */
    public final class Life {
        private final String service;
        private final int replica;
        private final ProcessHandle process;
        private final URI page;
        private final Map<Series, Double> counted = new HashMap<>();
        private Map<Series, Double> gauges = Map.of();
        private double cpu;

        private Life(String service, int replica, ProcessHandle process, URI page) {
            this.service = service;
            this.replica = replica;
            this.process = process;
            this.page = page;
        }

        /** Asks the process, and waits for its answer, but not for long. */
        public void scrape() throws InterruptedException {
            take(Page.read((page == null ? "" : answer(page)) + "\n" + figuresOfTheSystem()));
        }

        /** In the names of Prometheus' own client libraries. Of a shell and what it has started together. */
        private String figuresOfTheSystem() {
            var all = Stream.concat(Stream.of(process), process.descendants()).toList();
            cpu = Math.max(cpu, all.stream().mapToDouble(ProcessMetrics::cpu).sum()); // one of them may be gone
            long memory = all.stream().mapToLong(ProcessMetrics::resident).sum();
            return """
                    # HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
                    # TYPE process_cpu_seconds_total counter
                    process_cpu_seconds_total %s
                    # HELP process_resident_memory_bytes Resident memory size in bytes.
                    # TYPE process_resident_memory_bytes gauge
                    process_resident_memory_bytes %d
                    """.formatted(cpu, memory);
        }

        void take(Page read) {
            synchronized (ProcessMetrics.this) {
                read.families().forEach(families::putIfAbsent);
                read.sums().forEach((series, value) -> {
                    double before =
                            Optional.ofNullable(counted.put(series, value)).orElse(0.0);
                    double more = value < before ? value : value - before; // it has begun anew
                    if (Double.isFinite(more)) {
                        sums.merge(series.with(Map.of(SERVICE, service)), more, Double::sum);
                    }
                });
                gauges = read.gauges();
            }
        }

        /** The process is gone. */
        public void end() {
            synchronized (ProcessMetrics.this) {
                living.remove(this);
            }
        }

        private Stream<Map.Entry<Series, Double>> gauges() {
            var labels = new TreeMap<>(Map.of(SERVICE, service, "replica", Integer.toString(replica)));
            return gauges.entrySet().stream()
                    .map(gauge -> Map.entry(gauge.getKey().with(labels), gauge.getValue()));
        }
    }

    private String answer(URI page) throws InterruptedException {
        var request = HttpRequest.newBuilder(page)
                .header("Accept", "text/plain;version=0.0.4")
                .build();
        var answer = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MOST_BYTES));
        try {
            var response = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return response.statusCode() == 200 ? response.body() : "";
        } catch (ExecutionException | TimeoutException e) {
            return ""; // the next time, or never: what it has counted is lost with it
        } finally {
            answer.cancel(true);
        }
    }

    private static double cpu(ProcessHandle process) {
        return process.info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / 1e9)
                .orElse(0.0);
    }

    private static long resident(ProcessHandle process) {
        try {
            var found = RESIDENT.matcher(Files.readString(Path.of("/proc/%d/status".formatted(process.pid()))));
            return found.find() ? Long.parseLong(found.group(1)) << 10 : 0;
        } catch (IOException gone) {
            return 0;
        }
    }

    @Override
    public synchronized List<MetricFamilySamples> collect() {
        var samples = new TreeMap<String, List<MetricFamilySamples.Sample>>();
        Stream.concat(sums.entrySet().stream(), living.stream().flatMap(Life::gauges))
                .forEach(entry -> {
                    var series = entry.getKey();
                    samples.computeIfAbsent(series.family(), family -> new ArrayList<>())
                            .add(new MetricFamilySamples.Sample(
                                    series.name(), series.labels(), series.values(), entry.getValue()));
                });
        return samples.entrySet().stream()
                .map(family -> family(family.getKey(), family.getValue()))
                .toList();
    }

    private MetricFamilySamples family(String name, List<MetricFamilySamples.Sample> samples) {
        var family = families.getOrDefault(name, new Page.Family(Type.UNKNOWN, ""));
        // The library would write foo_total for a counter that is called foo.
        boolean isOtherwiseNamed = !name.endsWith("_total") && samples.stream().anyMatch(s -> s.name.equals(name));
        var type = family.type() == Type.COUNTER && isOtherwiseNamed ? Type.UNKNOWN : family.type();
        return new MetricFamilySamples(name, type, family.help(), samples);
    }
}
