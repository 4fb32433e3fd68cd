/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import static io.restassured.RestAssured.given;
import static shop.testkit.CloudEvents.binary;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import shop.events.EventTypes;
import shop.testkit.RecordingBroker;
import shop.testkit.Tokens;

/** Requests to the service, and the events that it published, in the words of the shop. */
public final class Shop {
    private Shop() {}

    public static RequestSpecification as(String token) {
        return given().auth().oauth2(token).contentType(ContentType.JSON);
    }

    public static RequestSpecification asAdmin() {
        return as(Tokens.admin());
    }

    public static String newKey() {
        return UUID.randomUUID().toString();
    }

    /** A new product at 9.90 EUR with this stock. */
    public static String product(int stock) {
        return product(stock, 990, "EUR");
    }

    public static String product(int stock, long price, String currency) {
        String sku = "sku-" + UUID.randomUUID();
        asAdmin()
                .body("""
                        {"name": "A thing", "price": {"amount": %d, "currency": "%s"}}""".formatted(price, currency))
                .put("/products/" + sku)
                .then()
                .statusCode(201);
        if (stock > 0) {
            addStock(newKey(), sku, stock).then().statusCode(200);
        }
        return sku;
    }

    public static Response addStock(String key, String sku, int delta) {
        return asAdmin()
                .header("Idempotency-Key", key)
                .body("{\"delta\": %d}".formatted(delta))
                .post("/products/" + sku + "/stock");
    }

    public static int stock(String sku) {
        return given().get("/products/" + sku).then().statusCode(200).extract().path("stock");
    }

    public static String line(String sku, int quantity) {
        return "{\"sku\": \"%s\", \"quantity\": %d}".formatted(sku, quantity);
    }

    public static Response order(String key, UUID buyer, String... lines) {
        return as(Tokens.customer(buyer))
                .header("Idempotency-Key", key)
                .body("{\"lines\": [%s], \"paymentToken\": \"tok_ok\"}".formatted(String.join(",", lines)))
                .post("/orders");
    }

    /** The id of a new order. */
    public static UUID placed(UUID buyer, String sku, int quantity) {
        String id = order(newKey(), buyer, line(sku, quantity))
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return UUID.fromString(id);
    }

    public static String status(UUID order) {
        return asAdmin()
                .get("/orders/" + order)
                .then()
                .statusCode(200)
                .extract()
                .path("status");
    }

    public static List<String> history(UUID order) {
        return asAdmin()
                .get("/orders/" + order + "/history")
                .then()
                .statusCode(200)
                .extract()
                .path("status");
    }

    /** As the provider answers: charged what the order costs. */
    public static void authorized(UUID order) {
        JsonPath total = asAdmin().get("/orders/" + order).jsonPath();
        boolean known = total.get("total") != null;
        charged(order, known ? total.getLong("total.amount") : 990, known ? total.getString("total.currency") : "EUR");
    }

    public static void charged(UUID order, long amount, String currency) {
        deliver(newKey(), EventTypes.PAYMENT_AUTHORIZED, """
                {"orderId": "%s", "amount": {"amount": %d, "currency": "%s"}, "chargeId": "ch_1"}""".formatted(order, amount, currency));
    }

    public static void refunded(UUID order) {
        deliver(newKey(), EventTypes.PAYMENT_REFUNDED, """
                {"orderId": "%s", "refundedAt": "%s"}""".formatted(order, Instant.now()));
    }

    /** What the function that charges is told of an order's payment. */
    public static Response paymentDue(UUID order) {
        return as(Tokens.serviceAccount(Tokens.PAYMENT_ACCOUNT)).get("/orders/" + order + "/payment");
    }

    public static void declined(UUID order) {
        deliver(newKey(), EventTypes.PAYMENT_DECLINED, """
                {"orderId": "%s", "reason": "card expired"}""".formatted(order));
    }

    public static void userDeleted(UUID user) {
        deliver(newKey(), EventTypes.USER_DELETED, """
                {"userId": "%s", "deletedAt": "%s"}""".formatted(user, Instant.now()));
    }

    public static void sweep() {
        deliver(newKey(), EventTypes.PING, "{}");
    }

    /** Delivers an event as a broker does, for which only 2xx is a success. */
    public static void deliver(String id, String type, String data) {
        binary(type, "/test", id)
                .contentType(ContentType.JSON)
                .body(data)
                .post("/events")
                .then()
                .statusCode(204);
    }

    public static Response change(UUID order, String verb) {
        return asAdmin().post("/orders/" + order + "/" + verb);
    }

    /** The types of what was published about this order so far, in that order. */
    public static List<String> published(UUID order) {
        return RecordingBroker.shared().about(order).stream()
                .map(RecordingBroker.Received::type)
                .toList();
    }
}
