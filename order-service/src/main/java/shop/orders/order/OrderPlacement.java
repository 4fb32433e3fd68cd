/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import shop.events.Money;
import shop.events.ShopEvent.OrderPlaced;
import shop.events.Uuids;
import shop.kit.events.Outbox;
import shop.kit.http.Problem;
import shop.kit.sql.Sql;
import shop.orders.buyer.Buyers;
import shop.orders.product.LegalTender;
import shop.orders.product.Product;
import shop.orders.product.Products;
import shop.settings.Settings;

/** Places an order: takes the stock, fixes the total and asks for the payment, all in one transaction. */
@ApplicationScoped
class OrderPlacement {
    /** One statement: the products are locked meanwhile. */
    private static final String INSERT = """
            with placed as (
                insert into orders (id, user_id, status, total, currency, placed_at, payment_deadline)
                values ($1, $2, $3, $4, $5, $6, $7)),
            lines as (
                insert into order_lines (order_id, sku, quantity, price)
                select $1, * from unnest($8::text[], $9::integer[], $10::bigint[])),
            token as (
                insert into payment_tokens (order_id, token) values ($1, $11))
            insert into order_history (order_id, status, at, cause) values ($1, $3, $6, 'placed')""";

    private final Orders orders;
    private final Buyers buyers;
    private final Products products;
    private final Outbox outbox;
    private final Settings settings;
    private final Clock clock;

    OrderPlacement(Orders orders, Buyers buyers, Products products, Outbox outbox, Settings settings, Clock clock) {
        this.orders = orders;
        this.buyers = buyers;
        this.products = products;
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
    }

    Order place(Sql transaction, UUID user, NewOrder request) {
        requireLines(request);
        requireQuantities(request);
        buyers.lock(transaction, user);
        requireFewOpenOrders(transaction, user);
        List<Order.Line> lines = takeStock(transaction, request);
        Instant placedAt = clock.instant();
        Order order = new Order(
                Uuids.timeOrdered(),
                user,
                OrderStatus.PLACED,
                OrderStatus.PLACED,
                lines,
                total(lines),
                placedAt,
                placedAt.plus(settings.get(OrderSettings.PAYMENT_TIMEOUT)),
                null,
                null);
        insert(transaction, order, request.paymentToken());
        outbox.add(transaction, new OrderPlaced(order.id(), user, order.total(), placedAt));
        return order;
    }

    private List<Order.Line> takeStock(Sql transaction, NewOrder request) {
        Map<String, Long> quantities = request.quantities();
        List<Product> found = products.lock(transaction, quantities.keySet());
        requireAll(quantities, found, request);
        requireOneCurrency(found);
        requireStock(quantities, found, request);
        products.addStock(
                transaction,
                quantities.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, line -> -line.getValue())));
        return found.stream()
                .map(product -> new Order.Line(
                        product.sku(), quantities.get(product.sku()).intValue(), product.price()))
                .toList();
    }

    /** While the buyer is locked, no other order of theirs is placed. */
    private void requireFewOpenOrders(Sql transaction, UUID user) {
        int most = settings.get(OrderSettings.MOST_OPEN_ORDERS);
        if (orders.openOrdersOf(transaction, user) >= most) {
            throw Problem.because(
                    409,
                    "too-many-open-orders",
                    "Too many open orders",
                    "At most " + most + " orders of a customer may be PLACED or CONFIRMED at a time; wait until one is"
                            + " shipped, or cancel one.");
        }
    }

    private void requireLines(NewOrder request) {
        int most = settings.get(OrderSettings.MOST_LINES);
        if (request.lines().size() > most) {
            throw Problem.invalid(
                    Problem.Place.body,
                    "lines",
                    "Order at most " + most + " lines at once; the rest in another order.");
        }
    }

    private void requireQuantities(NewOrder request) {
        int most = settings.get(OrderSettings.MOST_UNITS);
        Set<String> tooMany = request.quantities().entrySet().stream()
                .filter(line -> line.getValue() > most)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!tooMany.isEmpty()) {
            throw Problem.because(
                    400,
                    "invalid-request",
                    "Invalid request",
                    "Order at most " + most + " of " + String.join(", ", tooMany) + ", all its lines together.",
                    faults(
                            request,
                            tooMany,
                            "quantity",
                            sku -> "the lines of " + sku + " together must not be over " + most));
        }
    }

    private static void requireAll(Map<String, Long> quantities, List<Product> found, NewOrder request) {
        Set<String> unknown = new TreeSet<>(quantities.keySet());
        found.forEach(product -> unknown.remove(product.sku()));
        if (!unknown.isEmpty()) {
            throw Problem.because(
                    422,
                    "unknown-product",
                    "Unknown product",
                    "There is no product " + String.join(", ", unknown) + "; GET /products lists what there is.",
                    faults(request, unknown, "sku", sku -> sku + " is not in the catalogue"));
        }
    }

    private static void requireOneCurrency(List<Product> found) {
        Map<String, List<String>> skus = found.stream()
                .collect(Collectors.groupingBy(
                        product -> product.price().currency(),
                        TreeMap::new,
                        Collectors.mapping(Product::sku, Collectors.toList())));
        if (skus.size() > 1) {
            throw Problem.because(
                    422,
                    "mixed-currencies",
                    "Mixed currencies",
                    "An order is paid in one currency; order these apart: " + skus + ".",
                    new Problem.Fault(Problem.Place.body, "lines", "have prices in " + skus.keySet()));
        }
    }

    private static void requireStock(Map<String, Long> quantities, List<Product> found, NewOrder request) {
        Map<String, Long> lacking = found.stream()
                .filter(product -> product.stock() < quantities.get(product.sku()))
                .collect(Collectors.toMap(Product::sku, Product::stock));
        if (!lacking.isEmpty()) {
            throw Problem.because(
                    409,
                    "out-of-stock",
                    "Out of stock",
                    "Too little stock of " + String.join(", ", lacking.keySet()) + "; nothing was ordered. Order less.",
                    faults(
                            request,
                            lacking.keySet(),
                            "sku",
                            sku -> "there are " + lacking.get(sku) + " of " + sku + ", not " + quantities.get(sku)));
        }
    }

    /** Names the first line of each sku at fault. */
    private static Problem.Fault[] faults(
            NewOrder request, Collection<String> skusAtFault, String member, Function<String, String> message) {
        List<String> skus = request.lines().stream().map(NewOrder.Line::sku).toList();
        return skusAtFault.stream()
                .map(sku -> new Problem.Fault(
                        Problem.Place.body, "lines[" + skus.indexOf(sku) + "]." + member, message.apply(sku)))
                .toArray(Problem.Fault[]::new);
    }

    private static Money total(List<Order.Line> lines) {
        long amount = lines.stream()
                .mapToLong(line -> Math.multiplyExact(line.price().amount(), (long) line.quantity()))
                .reduce(0, Math::addExact);
        String currency = lines.getFirst().price().currency();
        long largest = LegalTender.largestTotal(currency);
        if (amount > largest) {
            throw Problem.because(
                    422,
                    "total-too-large",
                    "Total too large",
                    "The order comes to " + amount + " minor units of " + currency + ", and at most " + largest
                            + " are taken at once; order less, or in parts.",
                    new Problem.Fault(Problem.Place.body, "lines", "come to more than " + largest + " together"));
        }
        return new Money(amount, currency);
    }

    private static void insert(Sql transaction, Order order, String paymentToken) {
        transaction.update(
                INSERT,
                Tuple.from(List.of(
                        order.id(),
                        order.userId(),
                        order.status().name(),
                        order.total().amount(),
                        order.total().currency(),
                        Sql.timestamp(order.placedAt()),
                        Sql.timestamp(order.paymentDeadline()),
                        order.lines().stream().map(Order.Line::sku).toArray(String[]::new),
                        order.lines().stream().map(Order.Line::quantity).toArray(Integer[]::new),
                        order.lines().stream()
                                .map(line -> line.price().amount())
                                .toArray(Long[]::new),
                        paymentToken)));
    }
}
