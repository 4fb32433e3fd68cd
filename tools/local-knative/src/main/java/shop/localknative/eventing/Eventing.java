/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.sources.v1.PingSource;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import shop.localknative.console.StartException;
import shop.localknative.eventing.DeliveryStore.Change;
import shop.localknative.eventing.DeliveryStore.Enqueued;
import shop.localknative.eventing.DeliveryStore.QueueId;
import shop.localknative.eventing.DeliveryStore.Rescheduled;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;
import shop.localknative.tracing.Spans;

/**
 * Knative Eventing on one machine: the Brokers, Triggers and PingSources of the manifests.
 *
 * <p>An event is accepted when it is in the database, and leaves it when its subscriber, or at last the dead letter
 * sink, has taken it. So each Trigger that matches gets it at least once, however often this process is killed.
 */
public final class Eventing implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Eventing.class.getName());

    /** For deliveries under way when everything stops; what is cut off then is made again after the next start. */
    private static final int GRACE_SECONDS = 5;

    /** A virtual thread that others than virtual ones wake waits until no virtual one wakes another any more. */
    private static final ThreadFactory PLATFORM =
            Thread.ofPlatform().daemon().name("eventing-", 0).factory();

    private final ExecutorService loops = Executors.newThreadPerTaskExecutor(PLATFORM);
    private final ExecutorService schedules = Executors.newThreadPerTaskExecutor(PLATFORM);

    /** Virtual, and so all of them wait for event loops and the writer only, and none wakes another. */
    private final ExecutorService deliveries = Executors.newVirtualThreadPerTaskExecutor();

    private final Metrics metrics = new Metrics();
    private final Invocations invocations = new Invocations();
    private final Sender sender;
    private final EventSpans spans;
    private final DeliveryStore store;
    private final GroupCommit<Change> commits = new GroupCommit<>(this::write);
    private final Map<String, Broker> brokers = new TreeMap<>();
    private final Map<QueueId, Egress> egresses = new HashMap<>();
    private final InMemoryChannel inMemoryChannel = new InMemoryChannel(deliveries);
    private final List<DeadLetterDelivery> deadLetterSinks = new ArrayList<>();
    private final List<PingSchedule> pings = new ArrayList<>();
    private final boolean inMemory;
    private final InstantSource clock;
    private final Ingress ingress;

    /**
     * @param db of the brokers alone; its tables are made at the start
     * @param addresses where a destination is on this machine; called whenever an address is needed
     * @param accounts of those that send events
     * @param inMemory whether the brokers keep nothing, and let publishers wait for the subscribers, as Knative's in-memory
     *     channel does by default
     * @param clock tells when deliveries and pings are due
     * @param traces gets the steps of the events
     * @throws StartException naming the resource and the field that can't be understood
     */
    public Eventing(
            Vertx vertx,
            DataSource db,
            Manifests manifests,
            Function<Destination, URI> addresses,
            ServiceAccounts accounts,
            boolean inMemory,
            InstantSource clock,
            Spans traces) {
        this.clock = clock;
        this.inMemory = inMemory;
        Sink.Resolver resolver = new Sink.Resolver(addresses, accounts);
        sender = new Sender(vertx, metrics, invocations, clock);
        spans = new EventSpans(traces);
        store = new DeliveryStore(db, clock);
        ingress = new Ingress(
                vertx,
                brokers,
                inMemory ? inMemoryChannel : stored -> commits.offer(new Enqueued(stored)),
                metrics,
                spans);
        Map<String, Manifest> specs = new HashMap<>();
        for (Manifest broker : manifests.of(io.fabric8.knative.eventing.v1.Broker.class)) {
            checkDelivery(broker);
            String name = broker.namespace() + "/" + broker.name();
            specs.put(name, broker);
            brokers.put(name, new Broker(Addresses.brokerUrl(broker.namespace(), broker.name()), new ArrayList<>()));
        }
        for (Manifest trigger : manifests.of(Trigger.class)) {
            String broker = trigger.namespace() + "/"
                    + ((Trigger) trigger.resource()).getSpec().getBroker();
            add(brokers.get(broker), Subscription.of(trigger, specs.get(broker), resolver));
        }
        manifests
                .of(PingSource.class)
                .forEach(ping -> pings.add(PingSchedule.of(ping, resolver, sender, spans, clock)));
    }

    /** Goes on with the deliveries that were pending. Requests that came before are answered from now on. */
    public void start() {
        if (!inMemory) {
            startFromDatabase();
        }
        pings.forEach(schedules::execute);
    }

    private void startFromDatabase() {
        try {
            store.createTables();
            store.backlog().forEach(this::logBacklog);
        } catch (SQLException e) {
            throw new IllegalStateException("The brokers' database can't be used: " + e.getMessage(), e);
        }
        commits.start();
        egresses.values().forEach(loops::execute);
    }

    /** Requests for {@code /{namespace}/{broker}}. */
    public Handler<HttpServerRequest> ingress() {
        return ingress;
    }

    /** The dead letters that somebody has to care for. */
    public List<RefusedDeadLetters> refusedDeadLetters() {
        return deadLetterSinks.stream().flatMap(sink -> sink.refused().stream()).toList();
    }

    /** What was delivered, and how that went. */
    public Invocations invocations() {
        return invocations;
    }

    /** The figures of the deliveries, in Prometheus' text format. */
    public String metrics() {
        return metrics.text(refusedDeadLetters());
    }

    /** Starts no more deliveries. Events are still accepted, such as those that services publish when they stop. */
    public void stopDeliveries() {
        schedules.shutdownNow();
        egresses.values().forEach(Egress::stop);
        loops.close();
        deliveries.shutdown();
        try {
            if (!deliveries.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
                deliveries.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopDeliveries();
        commits.close();
        sender.close();
    }

    private void add(Broker broker, Subscription subscription) {
        broker.subscriptions().add(subscription);
        SubscriberDelivery subscriber = new SubscriberDelivery(broker, subscription, sender, spans);
        DeadLetterDelivery deadLetterSink = subscription.deadLetterSink() == null
                ? null
                : new DeadLetterDelivery(subscription, subscription.deadLetterSink(), sender, spans);
        inMemoryChannel.subscribe(subscriber, deadLetterSink);
        egress(new QueueId(subscription.trigger(), false), subscription.ordered(), subscriber);
        if (deadLetterSink != null) {
            if (!inMemory) { // which gives up what a sink refuses, and keeps nothing
                deadLetterSinks.add(deadLetterSink);
            }
            egress(new QueueId(subscription.trigger(), true), false, deadLetterSink);
        }
    }

    private void egress(QueueId queue, boolean ordered, Egress.Delivery delivery) {
        egresses.put(queue, new Egress(queue, ordered, store, commits, delivery, deliveries, clock));
    }

    private void write(List<Change> changes) throws SQLException {
        store.write(changes).forEach((queue, stored) -> egresses.get(queue).handOver(stored));
        changes.stream()
                .filter(Rescheduled.class::isInstance)
                .map(change -> ((Rescheduled) change).queue())
                .distinct()
                .map(egresses::get)
                .forEach(Egress::wake);
    }

    private void logBacklog(QueueId queue, long pending) {
        if (egresses.containsKey(queue)) {
            LOG.log(Level.INFO, "Trigger {0}: {1} pending deliveries go on", queue.trigger(), pending);
        } else {
            LOG.log(
                    Level.WARNING,
                    "{0} pending deliveries of trigger {1} are kept: there is no such trigger{2}",
                    pending,
                    queue.trigger(),
                    queue.deadLetters() ? " with a dead letter sink" : "");
        }
    }

    /** Here, since a Trigger that uses it would be blamed otherwise. */
    private static void checkDelivery(Manifest manifest) {
        var broker = (io.fabric8.knative.eventing.v1.Broker) manifest.resource();
        if (broker.getSpec() != null && broker.getSpec().getDelivery() != null) {
            Retry.of(manifest, broker.getSpec().getDelivery());
            Subscription.structured(manifest, broker.getSpec().getDelivery());
        }
    }
}
