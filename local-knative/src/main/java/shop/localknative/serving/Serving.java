package shop.localknative.serving;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import shop.localknative.platform.Processes;

/** Knative Serving on one machine: an activator for each service. */
public final class Serving implements AutoCloseable {
    /** As good as none: how many requests an instance takes at once is its own business. */
    private static final int CONNECTIONS = 10_000;

    private final Vertx vertx;
    private final HttpClient client;
    private final Addresses addresses;
    private final Processes processes;
    private final List<Activator> activators = new ArrayList<>();

    public Serving(Vertx vertx, Addresses addresses, Processes processes) {
        this.vertx = vertx;
        this.addresses = addresses;
        this.processes = processes;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(5_000), new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /** From now on the service's name leads to it. */
    public void add(Revision revision) {
        var activator = new Activator(vertx, client, new Instances(revision, processes));
        addresses.add(Addresses.hostOf(revision.namespace(), revision.name()), activator.listen());
        activators.add(activator);
    }

    public List<Activator> activators() {
        return activators;
    }

    /** Stops all processes at once, and waits for them. Until then they can still reach each other. */
    @Override
    public void close() throws InterruptedException {
        var stopping = activators.stream()
                .map(activator -> Thread.startVirtualThread(activator.instances()::close))
                .toList();
        for (var thread : stopping) {
            thread.join();
        }
    }
}
