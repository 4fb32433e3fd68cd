/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Prints, as Markdown, how many events local-knative's broker takes and delivers, how long one of them is under way, and
 * what its database would do without it. Started by tools/bench/broker.
 */
final class BrokerFigures {
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final Duration COMMITTING = Duration.ofSeconds(Integer.getInteger("seconds", 5));
    private static final int SENDERS = 32;
    private static final int EVENTS_OF_EACH = Integer.getInteger("events", 500);
    private static final int IDLE_EVENTS = 1_000;
    private static final Duration IDLE = Duration.ofMillis(10);

    private BrokerFigures() {}

    public static void main(String[] args) throws Exception {
        try (Arrivals subscriber = new Arrivals();
                OneBroker broker = new OneBroker(subscriber.port());
                Commits database = broker.commits()) {
            events(broker, subscriber); // Not yet compiled.
            database.single(COMMITTING);
            List<double[]> rounds = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                rounds.add(round(broker, subscriber, database));
                System.err.printf("round %d: %s%n", i + 1, Arrays.toString(rounds.getLast()));
            }
            System.out.printf(
                    "Medians (and the range) of %d rounds, on %d processors, Java %s; %d connections that send, one subscriber"
                            + " that does nothing; events of %d bytes of data. Everything, the load included, runs on one"
                            + " machine.%n%n",
                    ROUNDS,
                    Runtime.getRuntime().availableProcessors(),
                    Runtime.version(),
                    SENDERS,
                    OneBroker.DATA.length());
            System.out.println("| | each second |\n|---|---|");
            List<String> rows = List.of(
                    "inserts, one for each commit (pgbench, %d connections)".formatted(Commits.CONNECTIONS),
                    "inserts, one for each commit (JDBC, %d connections)".formatted(Commits.CONNECTIONS),
                    "inserts, %d for each commit (JDBC, one connection)".formatted(Commits.BATCH),
                    "events accepted",
                    "events accepted and delivered");
            for (int row = 0; row < rows.size(); row++) {
                int its = row;
                System.out.printf(
                        "| %s | %s |%n",
                        rows.get(row),
                        summary(rounds.stream().mapToDouble(round -> round[its]).toArray()));
            }
            idle(broker, subscriber, database);
        }
        System.exit(0);
    }

    private static double[] round(OneBroker broker, Arrivals subscriber, Commits database) throws Exception {
        double pgbench = database.pgbench(COMMITTING);
        double single = database.single(COMMITTING);
        double batched = database.batched(COMMITTING);
        double[] events = events(broker, subscriber);
        return new double[] {pgbench, single, batched, events[0], events[1]};
    }

    /** Events a second that were accepted, and that were delivered, from the first one's sending on. */
    private static double[] events(OneBroker broker, Arrivals subscriber) throws Exception {
        int events = SENDERS * EVENTS_OF_EACH;
        subscriber.expect(events);
        long start = System.nanoTime();
        inParallel(SENDERS, () -> {
            try (Link link = broker.link()) {
                for (int i = 0; i < EVENTS_OF_EACH; i++) {
                    link.send();
                }
            }
            return null;
        });
        double accepted = (System.nanoTime() - start) / 1e9;
        double delivered = (subscriber.awaitLast() - start) / 1e9;
        return new double[] {events / accepted, events / delivered};
    }

    private static void idle(OneBroker broker, Arrivals subscriber, Commits database) throws Exception {
        double[] toCommitted = new double[IDLE_EVENTS];
        double[] toAccepted = new double[IDLE_EVENTS];
        double[] toDelivered = new double[IDLE_EVENTS];
        double[] fromAccepted = new double[IDLE_EVENTS];
        try (Link link = broker.link();
                Connection connection = database.connection();
                PreparedStatement insert = Commits.insert(connection)) {
            for (int i = 0; i < IDLE_EVENTS; i++) {
                LockSupport.parkNanos(IDLE.toNanos());
                long start = System.nanoTime();
                insert.executeUpdate();
                toCommitted[i] = (System.nanoTime() - start) / 1e6;

                LockSupport.parkNanos(IDLE.toNanos());
                subscriber.expect(1);
                long sent = System.nanoTime();
                link.send();
                long accepted = System.nanoTime();
                long delivered = subscriber.awaitLast();
                toAccepted[i] = (accepted - sent) / 1e6;
                toDelivered[i] = (delivered - sent) / 1e6;
                fromAccepted[i] = (delivered - accepted) / 1e6;
            }
        }
        System.out.printf(
                "%nOne event at a time, %d of them, each after %d ms of rest and a commit for comparison:%n%n",
                IDLE_EVENTS, IDLE.toMillis());
        System.out.println("| | ms, median | ms, p99 |\n|---|---|---|");
        percentiles("a commit of one insert (JDBC)", toCommitted);
        percentiles("sent until accepted (202), the commit included", toAccepted);
        percentiles("sent until the subscriber has it", toDelivered);
        percentiles("accepted until the subscriber has it", fromAccepted);
        System.out.printf(
                "%nOf 100 events, 99 are with the subscriber within %.1f ms more than 99 of 100 commits take; the goal is 5 ms.%n",
                p99(toDelivered) - p99(toCommitted));
    }

    static void inParallel(int threads, Callable<Void> task) throws InterruptedException, IOException {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Future<Void> future : executor.invokeAll(
                    IntStream.range(0, threads).mapToObj(i -> task).toList())) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("The load could not be made", e.getCause());
        }
    }

    private static void percentiles(String what, double[] millis) {
        Arrays.sort(millis);
        System.out.printf("| %s | %.2f | %.2f |%n", what, millis[millis.length / 2], p99(millis));
    }

    private static double p99(double[] sorted) {
        return sorted[sorted.length * 99 / 100];
    }

    private static String summary(double[] figures) {
        return Double.isNaN(figures[0]) ? "not on this machine" : Summary.of(figures);
    }
}
