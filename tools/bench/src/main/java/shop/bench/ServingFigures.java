/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import shop.testkit.Ports;

/**
 * Prints, as Markdown, what local-knative's front door costs against calling the process directly, and what a request to
 * a service at zero takes. Started by tools/bench/serving.
 */
final class ServingFigures {
    private static final Path ROOT = Path.of(System.getProperty("shop.root"));
    private static final int ROUNDS = Integer.getInteger("rounds", 10);
    private static final int STARTS = Integer.getInteger("starts", 20);
    private static final int REQUESTS = 2_000;
    private static final int CALLERS = 16;
    private static final String OK = "HTTP/1.1 200";

    /** A shell's, with the port that it finds in its environment. */
    private static final String COMMAND = System.getProperty("hello");

    private ServingFigures() {}

    public static void main(String[] args) throws Exception {
        System.out.printf(
                "On %d processors, which all share, the callers included, with a load of %.1f before; Java %s. What is called is a Vert.x program (%s).%n%n",
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.version(),
                System.getProperty("hello.build"));
        Question hello = Question.to("hello.default.svc.cluster.local", "/");
        System.out.printf(
                "Medians of %d rounds of %d requests one after the other, and of %d callers at once, in turn.%n%n",
                ROUNDS, REQUESTS, CALLERS);
        System.out.println("| | directly | through the front door | |\n|---|---|---|---|");
        try (LocalKnative system = hello(LocalKnative.BOTH_COMPILERS)) {
            overhead(hello, system, "both compilers");
        }
        try (LocalKnative system = hello(LocalKnative.FIRST_COMPILER)) {
            overhead(hello, system, "as ./run");
            System.out.printf("%nFor a service at zero, ms: median (and range) of %d requests.%n%n", STARTS);
            System.out.println(
                    "| | request at the front door to the end of the answer | of it until the process was ready |");
            System.out.println("|---|---|---|");
            coldStart(system, "hello", hello, "a Vert.x program, " + System.getProperty("hello.build"));
        }
        try (LocalKnative system = new LocalKnative(orderService(), "--images=" + ROOT)) {
            Question question = Question.to("order-service.shop.svc.cluster.local", "/products");
            question.ask(system.port(), 1, OK);
            coldStart(system, "order-service", question, "order-service, GET /products, " + build());
        }
        double[] alone = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            alone[i] = startAlone();
        }
        System.out.printf(
                "%nThe same Vert.x program without local-knative, exec to first answer: %s ms.%n", Summary.of(alone));
        System.exit(0);
    }

    private static void overhead(Question question, LocalKnative system, String how) throws Exception {
        question.ask(system.port(), 1, OK);
        double[][] p50 = new double[2][ROUNDS];
        double[][] p99 = new double[2][ROUNDS];
        double[][] rate = new double[2][ROUNDS];
        int[] ports = {system.portOfTheInstance(), system.port()};
        for (int port : ports) {
            question.ask(port, 5 * REQUESTS, OK); // not measured: compilers
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < 2; i++) {
                long[] nanos = LongStream.of(question.ask(ports[i], REQUESTS, OK))
                        .sorted()
                        .toArray();
                p50[i][round] = nanos[REQUESTS / 2] / 1e3;
                p99[i][round] = nanos[REQUESTS * 99 / 100] / 1e3;
                rate[i][round] = rate(question, ports[i]);
            }
        }
        System.out.printf(
                "| latency p50, µs, %s | %.0f | %.0f | + %.0f |%n",
                how, Summary.median(p50[0]), Summary.median(p50[1]), Summary.median(p50[1]) - Summary.median(p50[0]));
        System.out.printf(
                "| latency p99, µs, %s | %.0f | %.0f | + %.0f |%n",
                how, Summary.median(p99[0]), Summary.median(p99[1]), Summary.median(p99[1]) - Summary.median(p99[0]));
        System.out.printf(
                "| requests/s, %s | %.0f | %.0f | %.2f × |%n",
                how,
                Summary.median(rate[0]),
                Summary.median(rate[1]),
                Summary.median(rate[1]) / Summary.median(rate[0]));
    }

    private static double rate(Question question, int port) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            Callable<long[]> caller = () -> question.ask(port, REQUESTS / 2, OK);
            long begin = System.nanoTime();
            List<Future<long[]>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(threads.submit(caller));
            }
            for (Future<long[]> each : callers) {
                each.get();
            }
            return CALLERS * (REQUESTS / 2) / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private static void coldStart(LocalKnative system, String service, Question question, String name)
            throws IOException {
        double[] answered = new double[STARTS];
        double[] ready = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            system.awaitZero(service);
            answered[i] = question.ask(system.port(), 1, OK)[0] / 1e6;
            ready[i] = system.lastStart();
        }
        System.out.printf("| %s | %s | %s |%n", name, Summary.of(answered), Summary.of(ready));
    }

    private static double startAlone() throws IOException {
        int port = Ports.free();
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "exec " + COMMAND)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("PORT", Integer.toString(port));
        long begin = System.nanoTime();
        Process process = builder.start();
        try {
            while (true) {
                try {
                    Question.to("localhost", "/").ask(port, 1, OK);
                    return (System.nanoTime() - begin) / 1e6;
                } catch (ConnectException notYet) {
                    LockSupport.parkNanos(100_000);
                }
            }
        } finally {
            process.destroy();
            process.onExit().join();
        }
    }

    private static LocalKnative hello(List<String> compilers) throws IOException {
        Path directory = Files.createTempDirectory("bench");
        Files.writeString(directory.resolve("hello.yaml"), """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: hello}
                spec:
                  template:
                    metadata:
                      annotations: {autoscaling.knative.dev/window: 6s, autoscaling.knative.dev/max-scale: "1"}
                    spec:
                      containers: [{image: bench/hello}]
                """);
        return new LocalKnative(compilers, directory, "--process=bench/hello=" + COMMAND);
    }

    /** Its own manifest, but that it goes to zero sooner; with its migrations, without what delivers events to it. */
    private static Path orderService() throws IOException {
        Path directory = Files.createTempDirectory("bench");
        String needed = Stream.of(Files.readString(ROOT.resolve("k8s/base/order-service.yaml"))
                        .split("\n---\n"))
                .filter(document -> document.contains("kind: Job") || document.contains("name: order-service\n"))
                .map(document ->
                        document.replace("annotations: {", "annotations: {autoscaling.knative.dev/window: 6s, "))
                .collect(Collectors.joining("\n---\n"));
        Files.writeString(directory.resolve("order-service.yaml"), needed);
        Files.writeString(
                directory.resolve("kustomization.yaml"), """
                resources: [order-service.yaml, %s]
                configMapGenerator:
                  - {name: order-settings, namespace: shop, literals: [payment-timeout=PT20M]}
                  - {name: broker, namespace: shop, literals: ["url=http://127.0.0.1:9"]}
                """.formatted(ROOT.resolve("order-service/migrations")));
        return directory;
    }

    private static String build() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("order-service/target"))) {
            return files.anyMatch(file -> file.toString().endsWith("-runner")) ? "executable" : "JVM";
        }
    }
}
