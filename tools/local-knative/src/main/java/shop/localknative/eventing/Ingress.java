/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import shop.localknative.eventing.DeliveryStore.NewDelivery;
import shop.localknative.eventing.InMemoryChannel.Undelivered;

/**
 * Takes events for the Brokers, at {@code /{namespace}/{broker}}. A 202 is a promise: the event is in the database, once
 * for each Trigger that wants it, or all of them have got it already.
 */
record Ingress(Vertx vertx, Map<String, Broker> brokers, Channel channel, Metrics metrics)
        implements Handler<HttpServerRequest> {
    private static final System.Logger LOG = System.getLogger(Ingress.class.getName());

    /** Carries events to the Triggers of the Brokers. */
    interface Channel {
        /**
         * Takes the deliveries of an event. The future completes when its publisher may forget it, on a thread that must not
         * be blocked; it is cancelled when the publisher does not wait any longer. Empty if there is no room, or everything
         * stops.
         */
        Optional<CompletableFuture<Void>> offer(List<NewDelivery> deliveries);
    }

    /** CloudEvents asks intermediaries for 64 KiB at least; Kafka, the usual broker in production, takes this by default. */
    static final int MAX_EVENT_BYTES = 1 << 20;

    private static final String METHODS = "POST, OPTIONS";

    @Override
    public void handle(HttpServerRequest request) {
        Broker broker = brokers.get(request.path().replaceAll("^/|/$", ""));
        if (request.method().equals(HttpMethod.OPTIONS)) {
            allow(request);
        } else if (broker == null) {
            answer(request, 404, "No broker here; the path is /{namespace}/{name} of one.");
        } else if (request.method().equals(HttpMethod.POST)) {
            receive(request, broker);
        } else {
            request.response().putHeader("Allow", METHODS);
            answer(request, 405, "Events are sent with POST.");
        }
    }

    /**
     * CloudEvents' HTTP Webhook, section 4: every origin, at any rate, at every path (knative/eventing
     * pkg/broker/ingress/ingress_handler.go).
     */
    private static void allow(HttpServerRequest request) {
        request.response()
                .putHeader("Allow", METHODS)
                .putHeader("WebHook-Allowed-Origin", "*")
                .putHeader("WebHook-Allowed-Rate", "*");
        answer(request, 200, "");
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
            Message event = Message.read(request.headers(), body);
            List<NewDelivery> deliveries = broker.route(event);
            measure(request, broker, event); // as Knative does not an event that is none
            if (deliveries.isEmpty()) {
                answer(request, 202, "");
                return;
            }
            channel.offer(deliveries)
                    .ifPresentOrElse(
                            taken -> answerWhen(taken, request),
                            () -> answer(
                                    request, 503, "The broker is overloaded, or stops; send the event again later."));
        } catch (Message.Malformed e) {
            answer(request, 400, e.getMessage());
        } catch (Broker.Refusal e) {
            answer(request, e.status(), e.getMessage());
        } catch (RuntimeException e) { // else the sender would wait for ever: nobody catches what an event loop throws
            taken(request, e);
        }
    }

    private void measure(HttpServerRequest request, Broker broker, Message event) {
        long start = System.nanoTime();
        HttpServerResponse response = request.response();
        response.endHandler(end -> {
            if (response.ended()) { // and not closed by a sender who did not wait
                metrics.accepted(broker, event, response.getStatusCode(), Duration.ofNanos(System.nanoTime() - start));
            }
        });
    }

    private void answerWhen(CompletableFuture<Void> taken, HttpServerRequest request) {
        Context context = vertx.getOrCreateContext();
        request.response().closeHandler(gone -> taken.cancel(true));
        taken.whenComplete((done, error) -> context.runOnContext(run -> taken(request, error)));
    }

    private static void taken(HttpServerRequest request, Throwable error) {
        switch (error) {
            case null -> answer(request, 202, "");
            case CancellationException gone -> LOG.log(Level.DEBUG, "A sender went away before it was answered");
            case Undelivered undelivered -> answer(request, 500, undelivered.getMessage());
            default -> {
                LOG.log(Level.ERROR, "An event could not be stored; its sender is told so", error);
                answer(request, 503, "The event could not be stored; send it again later.");
            }
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
