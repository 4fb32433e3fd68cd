/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shop.bench.Subject.Build;
import shop.testkit.PostgresResource;
import shop.testkit.Tokens;

/** Prints, as Markdown, what the executables cost in comparison with their JVM builds. Started by tools/bench/native. */
final class NativeFigures {
    private static final int STARTS = Integer.getInteger("starts", 20);

    /** How many of the starts are also asked 10,000 times, which takes far longer than a start. */
    private static final int ENDURING = 5;

    private NativeFigures() {}

    /** The goals, as a multiple of what the JVM build and the Vert.x program take. */
    private record Goal(Subject subject, double start, double memory) {
        private static final double START_OF_JVM = 0.03;
        private static final double MEMORY_OF_JVM = 0.35;
    }

    /** The medians that goals are about. */
    private record Medians(double start, double memory) {
        private static Medians of(List<Start> starts) {
            return new Medians(
                    Summary.median(
                            starts.stream().mapToDouble(Start::milliseconds).toArray()),
                    Summary.median(starts.stream()
                            .mapToDouble(start -> start.afterFirst().resident())
                            .toArray()));
        }
    }

    public static void main(String[] args) {
        int exitCode = 1;
        try {
            measureAll();
            exitCode = 0;
        } catch (Exception e) {
            e.printStackTrace();
        }
        System.exit(exitCode); // the database's threads would go on
    }

    private static void measureAll() throws Exception {
        Subject least = vertx();
        // Made when their turn comes: tokens expire.
        List<Supplier<Goal>> goals = List.of(
                () -> new Goal(service("order-service", "/products"), 2.5, 2),
                () -> new Goal(service("user-service", "/users?limit=1"), 2.5, 2),
                () -> new Goal(service("dead-letters", "/dead-letters?limit=1"), 2.5, 2),
                () -> new Goal(function(), 1.5, 1.3));
        List<Subject> subjects = new ArrayList<>(List.of(least));
        System.out.printf(
                "Medians (and the range) of %d starts each, %d of them asked 10,000 times, on %d processors, Java %s; heap limits for a container of 256 MiB. `own` is memory that is no page of a file: what each further instance takes.%n%n",
                STARTS, ENDURING, Runtime.getRuntime().availableProcessors(), Runtime.version());
        System.out.println(
                "| | build | ms to the first answer | MB after it | of which own | MB after 10,000 requests | of which own | MB on disk |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        Medians leastMedians = measure(least, Build.EXECUTABLE);
        List<String> verdicts = new ArrayList<>();
        for (Supplier<Goal> next : goals) {
            Goal goal = next.get();
            subjects.add(goal.subject());
            Medians executable = measure(goal.subject(), Build.EXECUTABLE);
            Medians jvm = measure(goal.subject(), Build.JVM);
            verdicts.add("| %s | %s | %s | %s | %s |"
                    .formatted(
                            goal.subject().module(),
                            verdict(executable.start() / jvm.start(), Goal.START_OF_JVM),
                            verdict(executable.start() / leastMedians.start(), goal.start()),
                            verdict(executable.memory() / jvm.memory(), Goal.MEMORY_OF_JVM),
                            verdict(executable.memory() / leastMedians.memory(), goal.memory())));
        }
        System.out.println(
                "\n| | start, of the JVM's | start, of Vert.x's | memory, of the JVM's | memory, of Vert.x's |");
        System.out.println("|---|---|---|---|---|");
        verdicts.forEach(System.out::println);
        System.out.println("\n| | seconds to build the executable | GB the builder took at most |");
        System.out.println("|---|---|---|");
        for (Subject subject : subjects) {
            String statistics = subject.builderStatistics();
            System.out.printf(
                    "| %s | %.0f | %.1f |%n",
                    subject.module(), number("total_secs", statistics), number("peak_rss_bytes", statistics) / 1e9);
        }
    }

    private static Medians measure(Subject subject, Build build) throws Exception {
        List<Start> starts = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            starts.add(Start.of(subject, build, i < ENDURING));
        }
        System.out.printf(
                "| %s | %s | %s | %s | %s | %s | %s | %.0f |%n",
                subject.module(),
                build.name().toLowerCase(),
                Summary.of(starts.stream().mapToDouble(Start::milliseconds).toArray()),
                megabytes(starts.stream().map(Start::afterFirst), Start.Memory::resident),
                megabytes(starts.stream().map(Start::afterFirst), Start.Memory::own),
                megabytes(starts.stream().flatMap(start -> start.afterMany().stream()), Start.Memory::resident),
                megabytes(starts.stream().flatMap(start -> start.afterMany().stream()), Start.Memory::own),
                subject.bytesOnDisk(build) / 1e6);
        return Medians.of(starts);
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
                        "{\"message\": \"Hello, world!\"}"),
                "HTTP/1.1 204");
    }

    private static Subject vertx() {
        return new Subject(
                "tools/bench/vertx-hello",
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

    private static String verdict(double ratio, double goal) {
        return "%.3g × (goal ≤ %s ×: %s)".formatted(ratio, goal, ratio <= goal ? "met" : "missed");
    }

    private static String megabytes(Stream<Start.Memory> memories, ToLongFunction<Start.Memory> part) {
        return Summary.of(
                memories.mapToDouble(memory -> part.applyAsLong(memory) / 1e6).toArray());
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
