/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.util.stream.Collectors.toMap;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** The running shop, as customers, admins and operators reach it. */
final class Shop implements AutoCloseable {
    /** Longer than the payment time-out of src-native-tests/k8s and the retries around it. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    static final long PRICE = 49_90;

    static final String NAME_OF_EVERYBODY = "Ada Lovelace";

    static final String DOMAIN_OF_EVERYBODY = "customer.example";

    private static final Set<String> PAID = Set.of("CONFIRMED", "SHIPPED", "DELIVERED");

    private final LocalKnative knative;
    private final String adminToken;

    Shop(LocalKnative knative) {
        this.knative = knative;
        this.adminToken = knative.token("--role", "admin");
    }

    /** Someone with an account. */
    record Customer(UUID id, String email, String token) {}

    /** A product that only one test sells. */
    record Product(String sku, int initialStock) {}

    LocalKnative knative() {
        return knative;
    }

    String adminToken() {
        return adminToken;
    }

    RequestSpecification anyoneTo(String service) {
        return knative.request(service + ".shop.svc.cluster.local");
    }

    RequestSpecification adminTo(String service) {
        return anyoneTo(service).auth().oauth2(adminToken);
    }

    RequestSpecification to(String service, Customer customer) {
        return anyoneTo(service).auth().oauth2(customer.token());
    }

    Customer registerCustomer() {
        UUID id = UUID.randomUUID();
        Customer customer = new Customer(
                id, id + "@" + DOMAIN_OF_EVERYBODY, knative.token("--role", "customer", "--user", id.toString()));
        to("user-service", customer)
                .contentType(ContentType.JSON)
                .body(Map.of("email", customer.email(), "name", NAME_OF_EVERYBODY))
                .post("/users")
                .then()
                .statusCode(201);
        return customer;
    }

    Product stockProduct(int stock) {
        Product product = new Product("sku-" + UUID.randomUUID(), stock);
        adminTo("order-service")
                .contentType(ContentType.JSON)
                .body(Map.of("name", "Lamp", "price", Map.of("amount", PRICE, "currency", "EUR")))
                .put("/products/{sku}", product.sku())
                .then()
                .statusCode(201);
        adminTo("order-service")
                .contentType(ContentType.JSON)
                .header("Idempotency-Key", UUID.randomUUID())
                .body(Map.of("delta", stock))
                .post("/products/{sku}/stock", product.sku())
                .then()
                .statusCode(200);
        return product;
    }

    /** Places an order of one piece and returns its id. */
    String placeOrder(Customer customer, Product product, String paymentToken) {
        return requestOrder(customer, product, paymentToken, UUID.randomUUID())
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** Places an order as a client does that does not give up: with the same key until there is an answer. */
    String placeOrderAtAnyPrice(Customer customer, Product product, String paymentToken) {
        UUID key = UUID.randomUUID();
        return await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> Optional.of(requestOrder(customer, product, paymentToken, key))
                                .filter(response -> response.statusCode() == 201)
                                .map(response -> response.<String>path("id")),
                        Optional::isPresent)
                .orElseThrow();
    }

    Response requestOrder(Customer customer, Product product, String paymentToken, UUID idempotencyKey) {
        return requestOrder(to("order-service", customer), product, paymentToken, idempotencyKey);
    }

    static Response requestOrder(
            RequestSpecification orderService, Product product, String paymentToken, UUID idempotencyKey) {
        return orderService
                .contentType(ContentType.JSON)
                .header("Idempotency-Key", idempotencyKey)
                .body(Map.of(
                        "lines", List.of(Map.of("sku", product.sku(), "quantity", 1)), "paymentToken", paymentToken))
                .post("/orders");
    }

    String statusOf(String order) {
        return adminTo("order-service")
                .get("/orders/{id}", order)
                .then()
                .statusCode(200)
                .extract()
                .path("status");
    }

    void awaitStatus(String status, String order) {
        await(order).atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> assertEquals(status, statusOf(order)));
    }

    /** Waits until the buyer reads that the refund is made. */
    void awaitRefund(String order) {
        await("refund of " + order)
                .atMost(PATIENCE)
                .until(() -> "COMPLETED"
                        .equals(adminTo("order-service")
                                .get("/orders/{id}", order)
                                .path("refund.status")));
    }

    /** Waits for the mail to this customer that says this of the order. A repeated one is the same message. */
    void awaitMail(Customer customer, String order, String news) {
        String wanted = "findAll { it.to.contains('%s') && it.text.contains('%s') && it.subject.endsWith('%s') }"
                .formatted(customer.email(), order, news);
        await("mail: order %s %s".formatted(order, news)).atMost(PATIENCE).until(() -> {
            List<Map<String, Object>> mails = knative.page("/mailbox").getList(wanted);
            return mails.stream().map(mail -> mail.get("messageId")).distinct().count() == 1;
        });
    }

    /**
     * Waits until every order is in a final state, the provider's ledger has exactly its price standing for each that is
     * paid and nothing for any other, and the stock is what the paid ones left of it.
     */
    void awaitBalancedBooks(Product product, Collection<String> orders) {
        await("balanced books").atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            Map<String, String> states = orders.stream().collect(toMap(Function.identity(), this::statusOf));
            assertFalse(states.containsValue("PLACED"), states::toString);
            states.forEach((order, state) ->
                    assertEquals(PAID.contains(state) ? PRICE : 0, paidFor(order), order + " is " + state));
            long sold = states.values().stream().filter(PAID::contains).count();
            assertEquals(product.initialStock() - sold, stockOf(product), states::toString);
        });
    }

    int stockOf(Product product) {
        return anyoneTo("order-service")
                .get("/products/{sku}", product.sku())
                .then()
                .statusCode(200)
                .extract()
                .path("stock");
    }

    /** The amount that the provider charged for an order, less its refunds. */
    long paidFor(String order) {
        return anyoneTo("payment-sandbox")
                .get("/charges/{order}/entries", order)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("amount", Long.class)
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public void close() {
        knative.close();
    }
}
