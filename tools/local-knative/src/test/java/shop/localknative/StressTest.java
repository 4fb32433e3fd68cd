/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything at once: edits, scales, tags, removals, kills, requests and events, at random. {@code -Dstress.seconds=120} for
 * longer, {@code -Dstress.seed=N} for the choices of an earlier run, which printed its N.
 */
@Timeout(600)
class StressTest {
    private static final int SECONDS = Integer.getInteger("stress.seconds", 12);
    private static final long SEED = Long.getLong("stress.seed", System.nanoTime() % 1_000_000);
    private static final List<String> SERVICES = List.of("one", "two", "three");

    /** Of an event loop that nothing blocks, on a machine that has much else to do. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private final Random random = new Random(SEED);
    private final Map<String, Integer> versions = new TreeMap<>();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final Set<Long> pids = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean over;
    private int port;

    @Test
    void whateverHappensNothingHangsNothingIsLostAndNothingIsLeftBehind() throws Exception {
        System.out.println("stress.seed=" + SEED);
        var subscriber = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        subscriber.createContext("/", exchange -> {
            received.add(exchange.getRequestHeaders().getFirst("ce-id"));
            exchange.sendResponseHeaders(received.size() % 5 == 0 ? 503 : 202, -1);
            exchange.close();
        });
        subscriber.start();
        write(subscriber.getAddress().getPort());
        var cluster = new Cluster(TestSystem.options(
                directory, "-k=" + directory.resolve("manifests"), "--images=" + directory.resolve("images")));
        try (cluster) {
            port = cluster.start();
            act();
            assertEquals(List.of(), List.copyOf(wrong));
            assertNull(ManagementFactory.getThreadMXBean().findDeadlockedThreads());
            assertTrue(answered.get() > 0);
            for (String service : SERVICES) {
                edit(service, ++number, 0, "");
                await(service).atMost(Duration.ofMinutes(2)).until(() -> isAt(service, number(service)));
            }
            await("events").atMost(Duration.ofMinutes(1)).until(() -> received.containsAll(sent));
            try (var copies = Files.list(directory.resolve("data/images"))) {
                assertTrue(copies.count() <= 3 * 7, "each service keeps few revisions");
            }
        }
        subscriber.stop(0);
        pids.forEach(pid ->
                assertTrue(ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty(), "process " + pid));
        try (var records = Files.list(directory.resolve("data/run"))) {
            assertEquals(0, records.count());
        }
    }

    private int number;

    private int number(String service) {
        return versions.get(service);
    }

    private void act() throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        var callers = new ArrayList<Future<Void>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                callers.add(threads.submit(until(this::request)));
                callers.add(threads.submit(until(this::send)));
            }
            callers.add(threads.submit(until(this::look)));
            while (System.nanoTime() < end) {
                change();
                Thread.sleep(random.nextInt(1500));
            }
            over = true;
            for (var caller : callers) {
                caller.get();
            }
        }
    }

    private interface Action {
        void run(Random random) throws Exception;
    }

    private Callable<Void> until(Action action) {
        var own = new Random(random.nextLong());
        return () -> {
            while (!over) {
                action.run(own);
            }
            return null;
        };
    }

    private void change() throws Exception {
        var service = SERVICES.get(random.nextInt(SERVICES.size()));
        switch (random.nextInt(6)) {
            case 0, 1 -> edit(service, ++number, random.nextInt(3), "");
            case 2 ->
                edit(
                        service,
                        ++number,
                        0,
                        "traffic: [{latestRevision: true, percent: 100, tag: t%d}]".formatted(number));
            case 3 -> Files.deleteIfExists(file(service));
            case 4 -> edit(service, ++number, 0, "traffic: [{revisionName: none, percent: 100}]");
            default -> kill();
        }
    }

    private void kill() {
        var all = List.copyOf(pids);
        if (!all.isEmpty()) {
            ProcessHandle.of(all.get(random.nextInt(all.size())))
                    .filter(process -> process.parent().equals(Optional.of(ProcessHandle.current())))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Answered, or refused with a reason: a service may have been removed or its process killed. */
    private void request(Random own) throws Exception {
        var service = SERVICES.get(own.nextInt(SERVICES.size()));
        var answer = to(service + ".default.svc.cluster.local").get(own.nextBoolean() ? "/" : "/sleep/100");
        if (!Set.of(200, 404, 502, 503).contains(answer.statusCode())) {
            wrong.add("%s: %d %s".formatted(service, answer.statusCode(), answer.asString()));
        }
        answered.addAndGet(answer.statusCode() == 200 ? 1 : 0);
    }

    private void send(Random own) throws Exception {
        var id = Long.toHexString(own.nextLong());
        var answer = to("broker-ingress.knative-eventing.svc.cluster.local")
                .headers("ce-specversion", "1.0", "ce-id", id, "ce-source", "/s", "ce-type", "t")
                .body("x")
                .post("/default/default");
        if (answer.statusCode() == 202) {
            sent.add(id);
        } else {
            wrong.add("event: %d %s".formatted(answer.statusCode(), answer.asString()));
        }
        Thread.sleep(20);
    }

    private void look(Random own) throws Exception {
        long begin = System.nanoTime();
        var page = to("localhost").get("/");
        var took = Duration.ofNanos(System.nanoTime() - begin);
        if (took.compareTo(LONGEST_ANSWER) > 0) {
            wrong.add("the status page took " + took);
        }
        List<List<Integer>> seen = page.jsonPath().getList("services.revisions.pids*.flatten()");
        seen.forEach(all -> all.forEach(pid -> pids.add(pid.longValue())));
        Thread.sleep(50);
    }

    private RequestSpecification to(String host) {
        return TestSystem.request(port, host);
    }

    private boolean isAt(String service, int version) {
        var answer = to(service + ".default.svc.cluster.local").get("/");
        return answer.statusCode() == 200
                && answer.jsonPath().getString("env.VERSION").equals(Integer.toString(version));
    }

    private void write(int subscriberPort) throws IOException {
        Files.createDirectories(directory.resolve("manifests"));
        TestSystem.images(directory.resolve("images"));
        Files.writeString(directory.resolve("manifests/broker.yaml"), """
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: default}
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: t}
                spec:
                  broker: default
                  subscriber: {uri: 'http://127.0.0.1:%d/'}
                  delivery: {retry: 100, backoffPolicy: linear, backoffDelay: PT0.1S}
                """.formatted(subscriberPort));
        for (String service : SERVICES) {
            edit(service, ++number, 0, "");
        }
    }

    private void edit(String service, int version, int minScale, String more) throws IOException {
        versions.put(service, version);
        var target = Files.createDirectories(directory.resolve("images/%s/target".formatted(service)));
        Files.copy(
                directory.resolve("images/echo/target/echo-1.0-runner"),
                target.resolve(service + "-runner"),
                StandardCopyOption.COPY_ATTRIBUTES,
                StandardCopyOption.REPLACE_EXISTING);
        var next = Files.writeString(directory.resolve("next"), """
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: %1$s}
                spec:
                  template:
                    metadata: {annotations: {autoscaling.knative.dev/min-scale: '%3$d', autoscaling.knative.dev/window: 6s}}
                    spec:
                      containers: [{image: test/%1$s, env: [{name: VERSION, value: '%2$d'}]}]
                  %4$s
                """.formatted(service, version, minScale, more));
        Files.move(next, file(service), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path file(String service) {
        return directory.resolve("manifests/%s.yaml".formatted(service));
    }
}
