/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.empty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static shop.testkit.Concurrently.together;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shop.system.Shop.Customer;
import shop.system.Shop.Product;

/**
 * A broker that keeps nothing and answers a publisher only after all subscribers, whose processes start meanwhile: Knative's
 * own on channels in memory without {@code async-handler} (knative/eventing pkg/channel/fanout). A publisher that did not
 * wait for its answer would break off deliveries, and have their work done twice.
 */
class InMemoryBrokerIT {
    private static final int ORDERS = 5;

    private static Shop shop;

    @BeforeAll
    static void start() {
        shop = new Shop(new LocalKnative("in-memory-broker", "--in-memory-broker"));
    }

    @AfterAll
    static void stop() {
        shop.close();
    }

    @Test
    void everyOrderIsChargedAndMailedOnceThoughEverythingWasAtZero() {
        Customer customer = shop.registerCustomer();
        Product product = shop.stockProduct(100);
        await().atMost(Duration.ofMinutes(4)).until(this::everythingIsAtZero);

        List<String> orders = together(ORDERS, i -> shop.placeOrderAtAnyPrice(customer, product, "tok_ok"));

        orders.forEach(order -> shop.awaitStatus("CONFIRMED", order));
        shop.awaitBalancedBooks(product, orders);
        orders.forEach(order -> shop.awaitMail(customer, order, "is confirmed"));
        for (String order : orders) {
            assertEquals(1, authorizationsOf(order), "authorizations of " + order);
            assertEquals(1, mailsAbout(order), "mails about " + order);
        }
        for (String publisher : List.of("user-service", "order-service", "order-events")) {
            assertFalse(shop.knative().logOf(publisher).contains("Broker did not take event"), publisher);
        }
        shop.adminTo("dead-letters").get("/dead-letters").then().body("items", empty());
    }

    /** But for heartbeat, which is woken every minute. */
    private boolean everythingIsAtZero() {
        return shop.knative()
                .page("/")
                .getList("services.findAll { it.name != 'heartbeat' && it.state != 'none' }")
                .isEmpty();
    }

    /** How often the function charged: not how often it was called, since it may find the provider still at its start. */
    private static long authorizationsOf(String order) {
        return Pattern.compile("function=authorizePayment .*subject=%s outcome=shop.payment".formatted(order))
                .matcher(shop.knative().logOf("authorize-payment"))
                .results()
                .count();
    }

    private static int mailsAbout(String order) {
        return shop.knative()
                .page("/mailbox")
                .getList("findAll { it.text.contains('%s') }".formatted(order))
                .size();
    }
}
