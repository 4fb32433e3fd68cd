package shop.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import shop.bench.Subject.Build;
import shop.testkit.PostgresResource;
import shop.testkit.Tokens;

/** Prints, as Markdown, what the executables cost in comparison with their JVM builds. Started by bench/native. */
final class NativeFigures {
    private static final int STARTS = Integer.getInteger("starts", 20);

    /** How many of the starts are also asked 10,000 times, which takes far longer than a start. */
    private static final int ENDURING = 3;

    private NativeFigures() {}

    public static void main(String[] args) throws Exception {
        List<Subject> subjects = List.of(
                service("order-service", "/products"),
                service("user-service", "/users?limit=1"),
                service("dead-letters", "/dead-letters?limit=1"),
                function(),
                vertx());
        System.out.printf(
                "Medians (and the range) of %d starts each, on %d processors, Java %s; heap limits for a container of 256 MiB.%n%n",
                STARTS, Runtime.getRuntime().availableProcessors(), Runtime.version());
        System.out.println(
                "| | build | ms to the first answer | MB after it | MB after 10,000 requests | MB on disk |");
        System.out.println("|---|---|---|---|---|---|");
        for (Subject subject : subjects) {
            for (Build build : subject.builds()) {
                List<Start> starts = new ArrayList<>();
                for (int i = 0; i < STARTS; i++) {
                    starts.add(Start.of(subject, build, i < ENDURING));
                }
                System.out.printf(
                        "| %s | %s | %s | %s | %s | %.0f |%n",
                        subject.module(),
                        build.name().toLowerCase(),
                        statistics(starts.stream()
                                .mapToDouble(start -> start.toFirstAnswer().toNanos() / 1e6)),
                        statistics(starts.stream().mapToDouble(start -> start.residentAfterFirst() / 1e6)),
                        statistics(starts.stream()
                                .flatMapToLong(start -> start.residentAfterMany().stream())
                                .mapToDouble(bytes -> bytes / 1e6)),
                        subject.bytesOnDisk(build) / 1e6);
            }
        }
        System.out.println("\n| | seconds to build the executable | GB the builder took at most |");
        System.out.println("|---|---|---|");
        for (Subject subject : subjects) {
            String statistics = subject.builderStatistics();
            System.out.printf(
                    "| %s | %.0f | %.1f |%n",
                    subject.module(), number("total_secs", statistics), number("peak_rss_bytes", statistics) / 1e9);
        }
        System.exit(0);
    }

    private static Subject service(String module, String path) {
        PostgresResource around = new PostgresResource();
        around.init(Map.of("migrations", module + "/migrations"));
        Map<String, String> configuration = new HashMap<>(around.start());
        configuration.remove("K_SINK");
        return quarkus(module, configuration, Question.get(path, Tokens.admin()), "HTTP/1.1 200");
    }

    private static Subject function() {
        return quarkus(
                "event-functions",
                Map.of("quarkus.funqy.export", "heartbeat"),
                Question.event(
                        "dev.knative.sources.ping",
                        "/apis/v1/namespaces/shop/pingsources/heartbeat",
                        "\"Hello, world!\""),
                "HTTP/1.1 204");
    }

    private static Subject vertx() {
        return new Subject(
                "bench/vertx-hello",
                List.of(Build.EXECUTABLE),
                Map.of(),
                "port",
                Question.get("/", "none"),
                "HTTP/1.1 200");
    }

    private static Subject quarkus(String module, Map<String, String> its, Question question, String answer) {
        Map<String, String> configuration = new HashMap<>(its);
        configuration.put("quarkus.http.host", "127.0.0.1");
        configuration.put("quarkus.management.host", "127.0.0.1");
        configuration.put("quarkus.management.port", "0");
        return new Subject(module, List.of(Build.values()), configuration, "quarkus.http.port", question, answer);
    }

    private static String statistics(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
        return "%.0f (%.0f–%.0f)".formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }

    /** The last one: total_secs is also a part's, before. */
    private static double number(String name, String json) throws IOException {
        return Pattern.compile('"' + name + "\"\\s*:\\s*([0-9.E]+)")
                .matcher(json)
                .results()
                .map(member -> Double.parseDouble(member.group(1)))
                .reduce((earlier, last) -> last)
                .orElseThrow(() -> new IOException("native-image wrote no " + name));
    }
}
