/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;
import shop.events.Money;
import shop.events.ShopEvent;
import shop.events.ShopEvent.OrderCancelled;
import shop.events.ShopEvent.OrderConfirmed;
import shop.events.ShopEvent.OrderDelivered;
import shop.events.ShopEvent.OrderExpired;
import shop.events.ShopEvent.OrderRejected;
import shop.events.ShopEvent.OrderShipped;
import shop.events.ShopEvent.RefundRequested;
import shop.kit.events.Outbox;
import shop.kit.events.Publisher;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;
import shop.orders.product.Products;
import shop.settings.Settings;

/**
 * The orders that were placed, and the only place where their state changes. A payment deadline was set by the clock of one
 * instance and is judged by that of another; should they differ, orders expire that much earlier or later. The judgement
 * that counts is made on a locked order and recorded.
 */
@ApplicationScoped
class Orders {
    private static final Logger LOG = Logger.getLogger(Orders.class);
    private static final Cause TIMED_OUT = Cause.of("no answer about the payment came in time");

    /** An order by the clock, which shows $1: one whose payment is overdue has expired, even if that is not recorded yet. */
    private static final String SELECT = """
            select * from (
                select id, user_id, total, currency, placed_at, payment_deadline, status as recorded,
                    charge_id, charged, charged_currency, refund_requested_at, refunded_at,
                    case when status = 'PLACED' and payment_deadline <= $1 then 'EXPIRED' else status end as status,
                    (select json_agg(json_build_object('sku', sku, 'quantity', quantity, 'price', price) order by sku)
                        from order_lines where order_id = id) as lines
                from orders) as current_order
            """;

    /** Runs after the rows are locked, as a statement of its own: only such a one sees the changes that the lock waited for. */
    private static final String READ = SELECT + "where id = any($2) order by id";

    private static final String FIND = SELECT + "where id = $2 and ($3::uuid is null or user_id = $3)";

    private static final String LIST = SELECT + """
            where ($2::uuid is null or user_id = $2) and ($3::text is null or status = $3) and ($4::uuid is null or id < $4)
            order by id desc limit $5""";

    private static final String HISTORY =
            "select status, at, cause, event_id from order_history where order_id = $1 order by position";

    private static final String LOCK_ONE = "select id from orders where id = $1 for no key update";

    private static final String LOCK_OPEN = """
            select id from orders where user_id = $1 and status in ('PLACED', 'CONFIRMED')
            order by id for no key update""";

    /** By the clock, which shows $2. */
    private static final String COUNT_OPEN = """
            select count(*) as open from orders where user_id = $1
                and status in ('PLACED', 'CONFIRMED') and not (status = 'PLACED' and payment_deadline <= $2)""";

    private static final String LOCK_NEXT_OVERDUE = """
            select id from orders where status = 'PLACED' and payment_deadline <= $1
            order by payment_deadline limit 1 for no key update skip locked""";

    private static final String CHANGE = """
            with changed as (update orders set status = $2 where id = $1)
            insert into order_history (order_id, status, at, cause, event_id) values ($1, $2, $3, $4, $5)""";

    private static final String PAYMENT_DUE = """
            select total, currency, token from orders join payment_tokens on order_id = id
            where id = $1 and status = 'PLACED' and payment_deadline > $2""";

    /** The first charge, which the provider repeats for each further one of the same order. */
    private static final String RECORD_PAYMENT = """
            update orders set charge_id = $2, charged = $3, charged_currency = $4
            where id = $1 and charge_id is null""";

    private static final String RECORD_REFUND_REQUEST =
            "update orders set refund_requested_at = coalesce(refund_requested_at, $2) where id = $1";

    private static final String RECORD_REFUND = """
            update orders set refunded_at = coalesce(refunded_at, $2)
            where id = $1 and status in ('REJECTED', 'CANCELLED', 'EXPIRED')""";

    private static final Duration[] CONFIRMATION_BUCKETS = {
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofMinutes(5),
        Duration.ofMinutes(20)
    };

    private final Database database;
    private final Products products;
    private final Outbox outbox;
    private final Publisher publisher;
    private final Settings settings;
    private final Clock clock;
    private final Counter wrongPayments;
    private final Timer confirmations;

    Orders(
            Database database,
            Products products,
            Outbox outbox,
            Publisher publisher,
            Settings settings,
            Clock clock,
            MeterRegistry meters) {
        this.database = database;
        this.products = products;
        this.outbox = outbox;
        this.publisher = publisher;
        this.settings = settings;
        this.clock = clock;
        this.wrongPayments = Counter.builder("shop.payments.wrong")
                .description("Charges and refunds that are not what their order asks for; the log says which")
                .register(meters);
        this.confirmations = Timer.builder("order.confirmation")
                .description("The time from an order's placing to its confirmation")
                .serviceLevelObjectives(CONFIRMATION_BUCKETS)
                .register(meters);
    }

    /** An order before and after an event. */
    record Outcome(Order before, Order after) {
        boolean changed() {
            return before.recorded() != after.recorded();
        }
    }

    /**
     * The order of this id. The expiry of an overdue one is recorded first, so that its history says the same.
     *
     * @param buyer whose order it has to be, so that those of others are as if they did not exist; null for anybody's
     */
    Optional<Order> find(UUID id, UUID buyer) {
        Optional<Order> found =
                database.withConnection(sql -> sql.first(FIND, Tuple.of(now(), id, buyer), orderByTheClock()));
        if (found.isEmpty() || !found.get().overdue()) {
            return found;
        }
        Optional<Outcome> expired =
                database.inTransaction(transaction -> apply(transaction, id, OrderEvent.PAYMENT_OVERDUE, TIMED_OUT));
        publisher.publishSoon();
        return expired.map(Outcome::after);
    }

    /** Orders before {@code after}, newest first; all parameters but the last may be null. */
    List<Order> list(UUID user, OrderStatus status, UUID after, int limit) {
        return database.withConnection(sql -> sql.list(
                LIST, Tuple.of(now(), user, status == null ? null : status.name(), after, limit), orderByTheClock()));
    }

    List<Change> history(UUID id) {
        return database.withConnection(sql -> sql.list(HISTORY, Tuple.of(id), Orders::historyEntry));
    }

    /** Applies the event to the order and publishes the outcome; empty if there is no such order. */
    Optional<Outcome> apply(Sql transaction, UUID id, OrderEvent event, Cause cause) {
        return applyToAll(transaction, lock(transaction, LOCK_ONE, Tuple.of(id)), event, cause).stream()
                .findFirst();
    }

    /** What is to be charged for an order; empty when nothing is, since its payment is known, it is over or unknown. */
    Optional<PaymentDue> paymentDue(UUID id) {
        return database.withConnection(sql -> sql.first(
                PAYMENT_DUE,
                Tuple.of(id, now()),
                row -> new PaymentDue(
                        new Money(row.getLong("total"), row.getString("currency")), row.getString("token"))));
    }

    /** Confirms the order, if it costs what was charged; empty if there is no such order. */
    Optional<Outcome> applyPayment(Sql transaction, UUID id, Payment payment, String eventId) {
        return lock(transaction, LOCK_ONE, Tuple.of(id)).stream()
                .findFirst()
                .map(order -> applyPayment(transaction, order, payment, eventId));
    }

    /** Notes that the provider has given back whatever was charged for this order. */
    void refunded(Sql transaction, UUID id) {
        if (transaction.update(RECORD_REFUND, Tuple.of(id, now())) == 0) {
            wrongPayments.increment();
            LOG.errorf("Order %s was refunded, but it stands or does not exist: ask the payment provider", id);
        }
    }

    /** The number of orders that are PLACED or CONFIRMED; exact as long as the buyer is locked. */
    long openOrdersOf(Sql transaction, UUID user) {
        return transaction
                .first(COUNT_OPEN, Tuple.of(user, now()), row -> row.getLong("open"))
                .orElseThrow();
    }

    void cancelOpenOrdersOf(Sql transaction, UUID user, Cause cause) {
        applyToAll(transaction, lock(transaction, LOCK_OPEN, Tuple.of(user)), OrderEvent.CANCEL, cause);
    }

    /** Records the expiry of one overdue order that nobody else has locked; false if there is no such order. */
    boolean expireNext() {
        List<Outcome> expired = database.inTransaction(transaction -> applyToAll(
                transaction,
                lock(transaction, LOCK_NEXT_OVERDUE, Tuple.of(now())),
                OrderEvent.PAYMENT_OVERDUE,
                TIMED_OUT));
        if (expired.isEmpty()) {
            return false;
        }
        publisher.publishSoon();
        return true;
    }

    private List<Order> lock(Sql transaction, String query, Tuple parameters) {
        List<UUID> ids = transaction.list(query, parameters, row -> row.getUUID("id"));
        return ids.isEmpty() ? List.of() : read(transaction, ids);
    }

    private Outcome applyPayment(Sql transaction, Order order, Payment payment, String eventId) {
        boolean right = payment.amount().equals(order.total());
        if (!right || order.payment() != null && !payment.equals(order.payment())) {
            wrongPayments.increment();
            LOG.errorf(
                    "Order %s is %s and costs %d %s, but charge %s is of %d %s: ask the payment provider",
                    order.id(),
                    order.status(),
                    order.total().amount(),
                    order.total().currency(),
                    payment.chargeId(),
                    payment.amount().amount(),
                    payment.amount().currency());
        }
        transaction.update(
                RECORD_PAYMENT,
                Tuple.of(
                        order.id(),
                        payment.chargeId(),
                        payment.amount().amount(),
                        payment.amount().currency()));
        return applyToAll(
                        transaction,
                        List.of(order.payment() == null ? order.with(payment) : order),
                        right ? OrderEvent.PAYMENT_AUTHORIZED : OrderEvent.PAYMENT_DIFFERS,
                        new Cause(right ? "payment authorized" : "payment differs from the total", eventId))
                .getFirst();
    }

    private List<Outcome> applyToAll(Sql transaction, List<Order> locked, OrderEvent event, Cause cause) {
        List<Outcome> outcomes = locked.stream()
                .map(order -> new Outcome(
                        order,
                        order.overdue()
                                ? apply(transaction, order, OrderEvent.PAYMENT_OVERDUE, TIMED_OUT)
                                : apply(transaction, order, event, cause)))
                .toList();
        giveBackStock(transaction, outcomes);
        return outcomes;
    }

    private Order apply(Sql transaction, Order order, OrderEvent event, Cause cause) {
        Optional<OrderStatus> next = order.recorded().next(event);
        if (next.isPresent()) {
            Order changed = change(transaction, order, next.get(), cause);
            return next.get().isVoid() && event.mayLeaveACharge()
                    ? requestRefund(transaction, changed, cause.reason())
                    : changed;
        }
        LOG.infof("Order %s is %s: %s changes nothing", order.id(), order.status(), event);
        return event.isCharge() && order.status().isVoid()
                ? requestRefund(transaction, order, "a payment came for an order that is " + order.status())
                : order;
    }

    private Order change(Sql transaction, Order order, OrderStatus next, Cause cause) {
        Instant at = clock.instant();
        transaction.update(
                CHANGE, Tuple.of(order.id(), next.name(), Sql.timestamp(at), cause.reason(), cause.eventId()));
        outbox.add(transaction, announcement(order, next, cause.reason(), at));
        if (next == OrderStatus.CONFIRMED) {
            confirmations.record(Duration.between(order.placedAt(), at));
        }
        LOG.infof("Order %s of user %s is %s: %s", order.id(), order.userId(), next, cause.reason());
        return order.with(next);
    }

    private Order requestRefund(Sql transaction, Order order, String reason) {
        Instant at = requestRefund(transaction, order.id(), reason);
        return order.refund() == null ? order.with(new Refund(Refund.Status.REQUESTED, at, null)) : order;
    }

    /** Requests the refund of all past and future charges of this order, whether or not one is known, or the order. */
    Instant requestRefund(Sql transaction, UUID order, String reason) {
        Instant at = clock.instant();
        transaction.update(RECORD_REFUND_REQUEST, Tuple.of(order, Sql.timestamp(at)));
        outbox.add(transaction, new RefundRequested(order, reason, at));
        return at;
    }

    private static ShopEvent announcement(Order order, OrderStatus next, String reason, Instant at) {
        return switch (next) {
            case CONFIRMED -> new OrderConfirmed(order.id(), order.userId(), order.total(), at);
            case REJECTED -> new OrderRejected(order.id(), order.userId(), reason, at);
            case CANCELLED -> new OrderCancelled(order.id(), order.userId(), reason, at);
            case EXPIRED -> new OrderExpired(order.id(), order.userId(), at);
            case SHIPPED -> new OrderShipped(order.id(), order.userId(), at);
            case DELIVERED -> new OrderDelivered(order.id(), order.userId(), at);
            case PLACED -> throw new IllegalArgumentException("nothing leads to PLACED");
        };
    }

    /** For all orders at once, so that their products are locked in the order of their sku. */
    private void giveBackStock(Sql transaction, List<Outcome> outcomes) {
        Map<String, Long> quantities = outcomes.stream()
                .filter(outcome -> outcome.changed() && outcome.after().status().isVoid())
                .flatMap(outcome -> outcome.after().lines().stream())
                .collect(groupingBy(Order.Line::sku, summingLong(Order.Line::quantity)));
        if (!quantities.isEmpty()) {
            products.lock(transaction, quantities.keySet());
            products.addStock(transaction, quantities);
        }
    }

    private List<Order> read(Sql sql, List<UUID> ids) {
        return sql.list(READ, Tuple.of(now(), ids.toArray(UUID[]::new)), orderByTheClock());
    }

    private OffsetDateTime now() {
        return Sql.timestamp(clock.instant());
    }

    private Function<Row, Order> orderByTheClock() {
        Instant overdue = clock.instant().minus(settings.get(OrderSettings.REFUND_TIMEOUT));
        return row -> order(row, overdue);
    }

    private static Order order(Row row, Instant overdue) {
        String currency = row.getString("currency");
        return new Order(
                row.getUUID("id"),
                row.getUUID("user_id"),
                OrderStatus.valueOf(row.getString("status")),
                OrderStatus.valueOf(row.getString("recorded")),
                lines(row.get(JsonArray.class, "lines"), currency),
                new Money(row.getLong("total"), currency),
                Sql.instant(row, "placed_at"),
                Sql.instant(row, "payment_deadline"),
                payment(row),
                refund(row, overdue));
    }

    private static Payment payment(Row row) {
        return row.getString("charge_id") == null
                ? null
                : new Payment(
                        row.getString("charge_id"),
                        new Money(row.getLong("charged"), row.getString("charged_currency")));
    }

    /** @param overdue one that was requested before has been waited for too long */
    private static Refund refund(Row row, Instant overdue) {
        Instant requestedAt = nullableInstant(row, "refund_requested_at");
        Instant refundedAt = nullableInstant(row, "refunded_at");
        if (refundedAt != null) {
            return new Refund(Refund.Status.COMPLETED, requestedAt, refundedAt);
        }
        return requestedAt == null
                ? null
                : new Refund(
                        requestedAt.isBefore(overdue) ? Refund.Status.OVERDUE : Refund.Status.REQUESTED,
                        requestedAt,
                        null);
    }

    private static Instant nullableInstant(Row row, String column) {
        return row.getOffsetDateTime(column) == null ? null : Sql.instant(row, column);
    }

    private static List<Order.Line> lines(JsonArray lines, String currency) {
        return lines.stream()
                .map(JsonObject.class::cast)
                .map(line -> new Order.Line(
                        line.getString("sku"), line.getInteger("quantity"), new Money(line.getLong("price"), currency)))
                .toList();
    }

    private static Change historyEntry(Row row) {
        return new Change(
                OrderStatus.valueOf(row.getString("status")),
                Sql.instant(row, "at"),
                row.getString("cause"),
                row.getString("event_id"));
    }
}
