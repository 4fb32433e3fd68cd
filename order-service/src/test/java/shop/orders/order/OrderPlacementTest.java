/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static shop.orders.Shop.addStock;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.line;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.order;
import static shop.orders.Shop.product;
import static shop.orders.Shop.stock;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.orders.OrdersResource;
import shop.testkit.RecordingBroker;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class OrderPlacementTest {
    private final UUID buyer = UUID.randomUUID();

    @Test
    void orderIsPlacedAndItsStockTaken() {
        String tea = product(5, 450, "EUR");
        String cup = product(5, 990, "EUR");
        Response response = order(newKey(), buyer, line(tea, 2), line(cup, 1));
        String id = response.then()
                .statusCode(201)
                .body("userId", equalTo(buyer.toString()))
                .body("status", equalTo("PLACED"))
                .body("total.amount", equalTo(2 * 450 + 990))
                .body("total.currency", equalTo("EUR"))
                .body("lines.sku", containsInAnyOrder(tea, cup))
                .extract()
                .path("id");
        String location = response.header("Location");
        assertEquals(
                response.jsonPath().getMap(""),
                as(Tokens.customer(buyer)).get(location).jsonPath().getMap(""));
        assertEquals("/orders/" + id, URI.create(location).getPath());
        assertEquals(3, stock(tea));
        assertEquals(4, stock(cup));
    }

    @Test
    void placedOrderIsPublishedWithoutTheTokenThatPaysForIt() {
        UUID id = UUID.fromString(order(newKey(), buyer, line(product(1), 1)).path("id"));
        RecordingBroker broker = RecordingBroker.shared();
        await().until(() -> broker.about(id).size() == 1);
        RecordingBroker.Received event = broker.about(id).getFirst();
        assertEquals(EventTypes.ORDER_PLACED, event.type());
        assertEquals(EventTypes.ORDER_SERVICE, event.headers().get("ce-source"));
        JsonPath data = JsonPath.from(event.body());
        assertEquals(id.toString(), data.getString("orderId"));
        assertEquals(buyer.toString(), data.getString("userId"));
        assertEquals(990, data.getInt("total.amount"));
        assertEquals(
                Set.of("orderId", "userId", "total", "placedAt"),
                data.getMap("").keySet());
    }

    @Test
    void paymentTokenIsShownToNobody() {
        String id = order(newKey(), buyer, line(product(1), 1)).path("id");
        asAdmin().get("/orders/" + id).then().statusCode(200).body(not(containsString("tok_ok")));
    }

    @Test
    void laterPricesDoNotChangeAnOrder() {
        String sku = product(5, 450, "EUR");
        String id = order(newKey(), buyer, line(sku, 1)).path("id");
        asAdmin()
                .body("{\"name\": \"Tea\", \"price\": {\"amount\": 999, \"currency\": \"JPY\"}}")
                .put("/products/" + sku)
                .then()
                .statusCode(200);
        asAdmin().get("/orders/" + id).then().body("total.amount", equalTo(450)).body("total.currency", equalTo("EUR"));
    }

    @Test
    void equalSkusAreMerged() {
        String sku = product(5, 450, "EUR");
        order(newKey(), buyer, line(sku, 2), line(sku, 3))
                .then()
                .statusCode(201)
                .body("lines.size()", equalTo(1))
                .body("lines[0].quantity", equalTo(5))
                .body("total.amount", equalTo(5 * 450));
        assertEquals(0, stock(sku));
    }

    @Test
    void equalSkusTogetherNeedTheStock() {
        String sku = product(5);
        problem(order(newKey(), buyer, line(sku, 3), line(sku, 3)), 409, "out-of-stock");
        assertEquals(5, stock(sku));
    }

    @Test
    void totalIsBoundedByItsCurrency() {
        String bound = product(3, 99_999_999, "EUR");
        order(newKey(), buyer, line(bound, 1)).then().statusCode(201).body("total.amount", equalTo(99_999_999));
        problem(order(newKey(), buyer, line(bound, 2)), 422, "total-too-large")
                .body("detail", containsString("99999999"))
                .body("errors[0].name", equalTo("lines"));
        assertEquals(2, stock(bound));
        String rupiahs = product(1000, 10_000_000_000L, "IDR");
        order(newKey(), buyer, line(rupiahs, 999))
                .then()
                .statusCode(201)
                .body("total.amount", equalTo(9_990_000_000_000L));
        String most = product(2000, 10_000_000_000L, "EUR");
        problem(order(newKey(), buyer, line(most, 1000)), 422, "total-too-large");
    }

    @Test
    void quantityIsLimitedAfterEqualSkusAreMerged() {
        String sku = product(3000, 1, "EUR");
        problem(order(newKey(), buyer, line(sku, 600), line(sku, 401)), 400, "invalid-request")
                .body("errors[0].in", equalTo("body"))
                .body("errors[0].name", equalTo("lines[0].quantity"));
        assertEquals(3000, stock(sku));
        order(newKey(), buyer, line(sku, 600), line(sku, 400)).then().statusCode(201);
    }

    @Test
    void mixedCurrenciesAreRefused() {
        String euros = product(5, 450, "EUR");
        String yen = product(5, 450, "JPY");
        problem(order(newKey(), buyer, line(euros, 1), line(yen, 1)), 422, "mixed-currencies")
                .body("detail", containsString(euros))
                .body("detail", containsString(yen));
        assertEquals(5, stock(euros));
    }

    @Test
    void unknownSkuIsNamed() {
        String sku = product(5);
        problem(order(newKey(), buyer, line(sku, 1), line("unknown", 1)), 422, "unknown-product")
                .body("detail", containsString("unknown"))
                .body("errors[0].name", equalTo("lines[1].sku"));
        assertEquals(5, stock(sku));
    }

    @Test
    void tooLittleStockIsNamedAndNothingIsTaken() {
        String enough = product(5);
        String few = product(1);
        String none = product(0);
        problem(order(newKey(), buyer, line(enough, 5), line(few, 2), line(none, 1)), 409, "out-of-stock")
                .body("detail", containsString(few))
                .body("detail", containsString(none))
                .body("detail", not(containsString(enough)))
                .body("errors.name", containsInAnyOrder("lines[1].sku", "lines[2].sku"));
        assertEquals(5, stock(enough));
        assertEquals(1, stock(few));
    }

    @Test
    void twoHundredOrdersOverFiftyPiecesSellExactlyFifty() {
        String sku = product(50);
        List<Integer> statuses = together(
                200, i -> order(newKey(), UUID.randomUUID(), line(sku, 1)).statusCode());
        assertEquals(50, Collections.frequency(statuses, 201));
        assertEquals(150, Collections.frequency(statuses, 409));
        assertEquals(0, stock(sku));
    }

    @Test
    void ordersOfTheSameProductsInOppositeDirectionsNeverBlockEachOther() {
        String a = product(100);
        String b = product(100);
        List<Integer> statuses = together(
                60,
                i -> order(
                                newKey(),
                                UUID.randomUUID(),
                                i % 2 == 0 ? line(a, 1) : line(b, 1),
                                i % 2 == 0 ? line(b, 1) : line(a, 1))
                        .statusCode());
        assertEquals(60, Collections.frequency(statuses, 201));
        assertEquals(40, stock(a));
        assertEquals(40, stock(b));
    }

    @Test
    void sameKeyAndBodyGiveTheFirstOrderAgain() {
        String sku = product(5);
        String key = newKey();
        Response first = order(key, buyer, line(sku, 1));
        Response again = order(key, buyer, line(sku, 1));
        assertEquals(201, again.statusCode());
        assertEquals(first.asString(), again.asString());
        assertEquals(first.header("Location"), again.header("Location"));
        assertEquals(4, stock(sku));
    }

    @Test
    void sameKeyAtTheSameInstantGivesOneOrder() {
        String sku = product(20);
        String key = newKey();
        List<String> answers = together(
                20,
                i -> order(key, buyer, line(sku, 1))
                        .then()
                        .statusCode(201)
                        .extract()
                        .asString());
        assertEquals(1, answers.stream().distinct().count());
        assertEquals(19, stock(sku));
    }

    @Test
    void sameKeyWithAnotherBodyIsRefused() {
        String sku = product(5);
        String key = newKey();
        order(key, buyer, line(sku, 1)).then().statusCode(201);
        problem(order(key, buyer, line(sku, 2)), 422, "idempotency-key-reused")
                .body("errors[0].name", equalTo("Idempotency-Key"));
        assertEquals(4, stock(sku));
    }

    @Test
    void keysOfOneCallerMeanNothingForAnother() {
        String sku = product(5);
        String key = newKey();
        String one = order(key, buyer, line(sku, 1)).path("id");
        String another = order(key, UUID.randomUUID(), line(sku, 1)).path("id");
        assertNotEquals(one, another);
    }

    @Test
    void refusedOrderLeavesItsKeyUnused() {
        String sku = product(0);
        String key = newKey();
        problem(order(key, buyer, line(sku, 1)), 409, "out-of-stock");
        addStock(newKey(), sku, 1).then().statusCode(200);
        order(key, buyer, line(sku, 1)).then().statusCode(201);
    }

    @Test
    void missingKeyIsNamed() {
        problem(
                        as(Tokens.customer(buyer))
                                .body("{\"lines\": [%s], \"paymentToken\": \"tok_ok\"}".formatted(line(product(1), 1)))
                                .post("/orders"),
                        400,
                        "invalid-request")
                .body("errors[0].in", equalTo("header"))
                .body("errors[0].name", equalTo("Idempotency-Key"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"paymentToken": "tok_ok"}                                                      | lines
            {"lines": [{"sku": "a", "quantity": 1}], "paymentToken": "\\ud800"}             | paymentToken
            {"lines": [{"sku": "\\ud800", "quantity": 1}], "paymentToken": "tok_ok"}        | lines[0].sku
            {"lines": [], "paymentToken": "tok_ok"}                                         | lines
            {"lines": {}, "paymentToken": "tok_ok"}                                         | lines
            {"lines": [null], "paymentToken": "tok_ok"}                                     | lines[0]
            {"lines": [{"sku": "a"}], "paymentToken": "tok_ok"}                             | lines[0].quantity
            {"lines": [{"sku": "a", "quantity": 0}], "paymentToken": "tok_ok"}              | lines[0].quantity
            {"lines": [{"sku": "a", "quantity": -1}], "paymentToken": "tok_ok"}             | lines[0].quantity
            {"lines": [{"sku": "a", "quantity": 1001}], "paymentToken": "tok_ok"}           | lines[0].quantity
            {"lines": [{"sku": "a", "quantity": 1.5}], "paymentToken": "tok_ok"}            | lines[0].quantity
            {"lines": [{"sku": "a", "quantity": "1"}], "paymentToken": "tok_ok"}            | lines[0].quantity
            {"lines": [{"sku": "a", "quantity": 9999999999}], "paymentToken": "tok_ok"}     | lines[0].quantity
            {"lines": [{"quantity": 1}], "paymentToken": "tok_ok"}                          | lines[0].sku
            {"lines": [{"sku": "a\\u0000", "quantity": 1}], "paymentToken": "tok_ok"}       | lines[0].sku
            {"lines": [{"sku": "a", "quantity": 1, "price": 1}], "paymentToken": "tok_ok"}  | lines[0].price
            {"lines": [{"sku": "a", "quantity": 1}]}                                        | paymentToken
            {"lines": [{"sku": "a", "quantity": 1}], "paymentToken": " "}                   | paymentToken
            {"lines": [{"sku": "a", "quantity": 1}], "paymentToken": "tok\\u0000"}           | paymentToken
            {"lines": [{"sku": "a", "quantity": 1}], "paymentToken": "tok\\ud800"}           | paymentToken
            {"lines": [{"sku": "a", "quantity": 1}], "paymentToken": 7}                     | paymentToken
            {"lines": [{"sku": "a", "quantity": 1}], "paymentToken": "t", "total": 1}       | total
            """)
    void memberThatCannotBeTakenIsNamed(String body, String member) {
        problem(post(body), 400, "invalid-request")
                .body("errors[0].in", equalTo("body"))
                .body("errors[0].name", equalTo(member));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "\"text\"", "{\"lines\":", "{} {}"})
    void bodyThatIsNoOrderIsAProblem(String body) {
        problem(post(body), 400, "invalid-request");
    }

    @Test
    void bodyThatIsTooLongIsAProblem() {
        problem(post("{\"paymentToken\": \"" + "a".repeat(1 << 20) + "\"}"), 413, "request-entity-too-large");
    }

    @Test
    void bodyOfAnotherMediaTypeIsAProblem() {
        problem(
                as(Tokens.customer(buyer))
                        .contentType("application/xml")
                        .body("<order/>")
                        .post("/orders"),
                415,
                "unsupported-media-type");
    }

    @Test
    void everyPieceSoldIsInAnOrderThatIsListed() {
        String sku = product(10);
        together(15, i -> order(newKey(), buyer, line(sku, 1)).statusCode());
        List<String> ids = as(Tokens.customer(buyer)).get("/orders").path("items.id");
        assertEquals(10, ids.stream().distinct().count());
        assertEquals(10, ids.size());
    }

    private Response post(String body) {
        return given().auth()
                .oauth2(Tokens.customer(buyer))
                .contentType("application/json")
                .header("Idempotency-Key", newKey())
                .body(body)
                .post("/orders");
    }
}
