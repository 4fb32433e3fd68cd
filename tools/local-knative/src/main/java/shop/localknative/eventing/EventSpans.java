/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import shop.localknative.eventing.DeliveryStore.NewDelivery;
import shop.localknative.eventing.DeliveryStore.Pending;
import shop.localknative.tracing.Spans;

/**
 * The steps of eventing, as parts of an event's trace. Destinations have Knative's names (knative/eventing
 * pkg/tracing/attributes.go). As there, an event's extension {@code traceparent} stays as it is, and each step tells the next
 * one of itself by the HTTP header (otelhttp of pkg/kncloudevents/event_receiver.go and http_client.go, with a span for each
 * attempt).
 */
record EventSpans(Spans spans) {
    private static final List<String> TOLD = List.of("id", "source", "type", "subject");

    /** A broker takes an event that is a valid one. */
    Span accept(Broker broker, Message event) {
        return start(destination("broker", broker.name()), SpanKind.CONSUMER, event);
    }

    /** The deliveries of the reply to an event that was sent in a span: the parts of accepting it. */
    List<NewDelivery> reply(Broker broker, Message reply, List<NewDelivery> deliveries) {
        Span span = start("reply " + destination("broker", broker.name()), SpanKind.CONSUMER, reply);
        try {
            return in(span, deliveries);
        } finally {
            span.end();
        }
    }

    /** An attempt to deliver to a subscriber. */
    Span deliver(Subscription subscription, Pending pending) {
        return attempt("", subscription, pending);
    }

    /** An attempt to deliver to a dead letter sink. */
    Span deadLetter(Subscription subscription, Pending pending) {
        return attempt("dead letter ", subscription, pending);
    }

    private Span attempt(String what, Subscription subscription, Pending pending) {
        Span span = start(what + destination("trigger", subscription.trigger()), SpanKind.CLIENT, pending.event());
        if (pending.attempts() > 0) {
            span.setAttribute("http.request.resend_count", pending.attempts());
        }
        return span;
    }

    /** A source sends an event, repeated attempts included. */
    Span ping(String source, Message event) {
        return start(destination("pingsource", source), SpanKind.PRODUCER, event);
    }

    /** The same deliveries as parts of a step. */
    static List<NewDelivery> in(Span span, List<NewDelivery> deliveries) {
        return span.isRecording()
                ? deliveries.stream()
                        .map(d -> new NewDelivery(d.trigger(), d.event().in(span), d.ttl(), d.orderingKey()))
                        .toList()
                : deliveries;
    }

    private Span start(String name, SpanKind kind, Message event) {
        Span span = spans.start(name, kind, event.headers().entrySet());
        if (span.isRecording()) {
            var attributes = event.attributes();
            TOLD.stream()
                    .filter(attributes::containsKey)
                    .forEach(told -> span.setAttribute("cloudevents.event_" + told, attributes.get(told)));
        }
        return span;
    }

    /** Knative's name of a broker, trigger or source, of which {@code namespace/name} is given. */
    static String destination(String kind, String name) {
        String[] parts = name.split("/");
        return kind + ":" + parts[1] + "." + parts[0];
    }
}
