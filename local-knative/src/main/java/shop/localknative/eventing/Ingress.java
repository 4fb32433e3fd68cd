package shop.localknative.eventing;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import shop.localknative.eventing.EventStore.Added;
import shop.localknative.eventing.EventStore.Change;

/**
 * Takes events for the Brokers, at {@code /{namespace}/{broker}}. A 202 is a promise: the event is in the database, once
 * for each Trigger that wants it.
 */
final class Ingress implements Handler<HttpServerRequest> {

    private static final System.Logger LOG = System.getLogger(Ingress.class.getName());

    /** CloudEvents asks intermediaries for 64 KiB at least; Kafka, the usual broker in production, takes this by default. */
    static final int MAX_EVENT_BYTES = 1 << 20;

    private final Vertx vertx;
    private final Map<String, Broker> brokers;
    private final GroupCommit<Change> commits;

    Ingress(Vertx vertx, Map<String, Broker> brokers, GroupCommit<Change> commits) {
        this.vertx = vertx;
        this.brokers = brokers;
        this.commits = commits;
    }

    @Override
    public void handle(HttpServerRequest request) {
        Broker broker = brokers.get(request.path().replaceAll("^/|/$", ""));
        if (broker == null) {
            answer(request, 404, "No broker here; there is " + brokers.keySet());
        } else if (request.method().equals(HttpMethod.POST)) {
            receive(request, broker);
        } else {
            request.response().putHeader("Allow", "POST, OPTIONS");
            if (request.method().equals(HttpMethod.OPTIONS)) {
                answer(request, 200, "");
            } else {
                answer(request, 405, "Events are sent with POST.");
            }
        }
    }

    private void receive(HttpServerRequest request, Broker broker) {
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= MAX_EVENT_BYTES) {
                body.appendBuffer(chunk);
            } else if (!request.response().ended()) {
                answer(request, 413, "An event must not be longer than %d bytes.".formatted(MAX_EVENT_BYTES));
            }
        });
        request.endHandler(end -> {
            if (!request.response().ended()) {
                accept(request, broker, body.getBytes());
            }
        });
    }

    private void accept(HttpServerRequest request, Broker broker, byte[] body) {
        try {
            List<Added> deliveries = broker.route(Message.read(request.headers(), body));
            if (deliveries.isEmpty()) {
                answer(request, 202, "");
                return;
            }
            Context context = vertx.getOrCreateContext();
            commits.offer(Change.added(deliveries))
                    .ifPresentOrElse(
                            commit -> commit.whenComplete(
                                    (stored, error) -> context.runOnContext(run -> stored(request, error))),
                            () -> answer(
                                    request, 503, "The broker is overloaded, or stops; send the event again later."));
        } catch (Message.Malformed | Broker.Looping e) {
            answer(request, 400, e.getMessage());
        }
    }

    private static void stored(HttpServerRequest request, Throwable error) {
        if (error == null) {
            answer(request, 202, "");
        } else {
            LOG.log(Level.ERROR, "An event could not be stored; its sender is told so", error);
            answer(request, 503, "The event could not be stored; send it again later.");
        }
    }

    private static void answer(HttpServerRequest request, int status, String text) {
        if (request.response().closed()) {
            return; // The sender did not wait, and so has to send the event again.
        }
        request.response().setStatusCode(status);
        if (text.isEmpty()) {
            request.response().end();
        } else {
            request.response()
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .end(text + "\n");
        }
    }
}
