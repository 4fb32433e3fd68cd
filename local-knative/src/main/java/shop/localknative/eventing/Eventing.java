package shop.localknative.eventing;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Collection;
import java.util.function.Function;
import javax.sql.DataSource;

/** Knative Eventing on one machine: the Brokers, Triggers and PingSources among the given resources. */
public final class Eventing implements AutoCloseable {

    public Eventing(
            Vertx vertx,
            DataSource db,
            Collection<? extends HasMetadata> resources,
            Function<Destination, URI> addresses) {}

    public void start() {}

    /** Requests for {@code /{namespace}/{broker}}. */
    public Handler<HttpServerRequest> ingress() {
        return request -> request.response().setStatusCode(404).end();
    }

    @Override
    public void close() {}
}
