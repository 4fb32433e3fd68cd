/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.util.stream.Collectors.toMap;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where the time of an order goes. */
class TraceIT {
    private static final List<String> WOKEN = List.of(
            "order-service", "authorize-payment", "payment-sandbox", "order-events", "notify-customer", "user-service");

    /** One step, as /traces shows it. */
    private record Span(String service, String name, String id, String parent, Map<String, Object> attributes) {}

    @Test
    void orderThatFindsEverythingAtZeroIsOneTraceFromTheRequestToTheMail() {
        var knative = new LocalKnative("trace", "--traces");
        try (var shop = new Shop(knative)) {
            var customer = shop.registerCustomer();
            var product = shop.stockProduct(1);
            knative.close(); // the quickest way to zero
            knative.restart();
            assertEquals(Set.of(), running(knative));

            String order = shop.placeOrder(customer, product, "tok_ok");
            shop.awaitMail(customer, order, "confirmed");

            var spans = await("whole trace")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> trace(knative, order), TraceIT::isWhole);
            var byId = spans.stream().collect(toMap(Span::id, Function.identity()));
            var first = only(spans, span -> span.parent() == null);
            assertEquals("POST order-service", first.name());
            var mail = Stream.iterate(
                            only(spans, span -> span.name().equals("send mail")),
                            span -> span != null,
                            span -> span.parent() == null ? null : byId.get(span.parent()))
                    .toList();
            assertEquals(first, mail.getLast(), "the way of the mail leads back to the request");
            var way = mail.stream().map(Span::name).toList();
            assertTrue(
                    way.containsAll(List.of(
                            "POST /orders",
                            "publish shop.order.placed.v1",
                            "broker:default.shop",
                            "trigger:authorize-payment.shop",
                            "reply broker:default.shop",
                            "publish shop.order.confirmed.v1",
                            "trigger:notify-customer.shop",
                            "notifyCustomer")),
                    way::toString);
            var cold = spans.stream()
                    .filter(span -> span.name().equals("cold start"))
                    .map(span -> span.attributes().get("kn.revision.name").toString())
                    .map(revision -> revision.replaceFirst("-\\d+$", ""))
                    .collect(Collectors.toSet());
            assertTrue(cold.containsAll(WOKEN), cold::toString);
            assertTrue(spans.stream().map(Span::name).toList().contains("authorizePayment"), spans::toString);
        }
    }

    private static Set<String> running(LocalKnative knative) {
        var all = knative.page("/").<String>getList("services.findAll { it.state != 'none' }.name");
        return all.stream().filter(WOKEN::contains).collect(Collectors.toSet());
    }

    /** Of the one trace that tells of the order; empty as long as there is none. */
    private static List<Span> trace(LocalKnative knative, String order) {
        var answer = knative.request("localhost").get("/traces?order=" + order);
        if (answer.statusCode() == 404) {
            return List.of();
        }
        var traces = answer.then().statusCode(200).extract().jsonPath();
        assertEquals(1, traces.getList("").size());
        return traces.<Map<String, Object>>getList("[0].spans").stream()
                .map(TraceIT::span)
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static Span span(Map<String, Object> json) {
        return new Span(
                (String) json.get("service"),
                (String) json.get("name"),
                (String) json.get("spanId"),
                (String) json.get("parentSpanId"),
                (Map<String, Object>) json.get("attributes"));
    }

    /** Whether the last step is there, and every step that another one is a part of. */
    private static boolean isWhole(Collection<Span> spans) {
        var ids = spans.stream().map(Span::id).collect(Collectors.toCollection(HashSet::new));
        return spans.stream().anyMatch(span -> span.name().equals("send mail"))
                && spans.stream()
                        .allMatch(span -> Optional.ofNullable(span.parent())
                                .map(ids::contains)
                                .orElse(true));
    }

    private static Span only(List<Span> spans, Predicate<Span> which) {
        var found = spans.stream().filter(which).toList();
        assertEquals(1, found.size(), found::toString);
        return found.getFirst();
    }
}
