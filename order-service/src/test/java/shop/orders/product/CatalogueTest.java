/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.product;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.orders.Shop.addStock;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.product;
import static shop.orders.Shop.stock;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.orders.OrdersResource;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class CatalogueTest {
    private static final String VALID = """
            {"name": "Tea", "price": {"amount": 450, "currency": "EUR"}}""";

    private final String sku = "tea-" + UUID.randomUUID();

    @Test
    void putMakesAProductWithoutStockThatEveryoneSees() {
        put(sku, VALID)
                .then()
                .statusCode(201)
                .header("Location", endsWith("/products/" + sku))
                .body("stock", equalTo(0));
        given().get("/products/" + sku)
                .then()
                .statusCode(200)
                .body("sku", equalTo(sku))
                .body("name", equalTo("Tea"))
                .body("price.amount", equalTo(450))
                .body("price.currency", equalTo("EUR"))
                .body("stock", equalTo(0));
    }

    @Test
    void putAgainChangesNameAndPriceAndKeepsTheStock() {
        put(sku, VALID).then().statusCode(201);
        addStock(newKey(), sku, 3).then().statusCode(200);
        put(sku, """
                {"name": "Green tea", "price": {"amount": 500, "currency": "JPY"}}""")
                .then()
                .statusCode(200)
                .body("name", equalTo("Green tea"))
                .body("price.amount", equalTo(500))
                .body("price.currency", equalTo("JPY"))
                .body("stock", equalTo(3));
    }

    /** RFC 9110, 13.1.2: a PUT that only creates. */
    @Test
    void putThatIsToCreateChangesNothing() {
        putIf("If-None-Match", "*", VALID).then().statusCode(201);
        problem(putIf("If-None-Match", "*", VALID), 412, "precondition-failed");
    }

    @Test
    void ofSimultaneousPutsThatAreToCreateOneDoes() {
        List<Integer> statuses = together(
                8,
                i -> putIf("If-None-Match", "*", VALID.replace("Tea", "Tea " + i))
                        .statusCode());
        assertEquals(1, Collections.frequency(statuses, 201), statuses.toString());
        assertEquals(7, Collections.frequency(statuses, 412), statuses.toString());
    }

    /** RFC 9110, 13.1.1. The stock is a part of what was read. */
    @Test
    void putThatIsToChangeWhatWasReadChangesNothingElse() {
        problem(putIf("If-Match", "*", VALID), 412, "precondition-failed");
        put(sku, VALID).then().statusCode(201);
        String read = tag();
        addStock(newKey(), sku, 3).then().statusCode(200);
        problem(putIf("If-Match", read, VALID.replace("450", "500")), 412, "precondition-failed");
        putIf("If-Match", "W/\"x\", " + tag(), VALID.replace("450", "500"))
                .then()
                .statusCode(200)
                .body("price.amount", equalTo(500));
    }

    @Test
    void stockOfWhatWasReadChangesOnce() {
        put(sku, VALID).then().statusCode(201);
        String read = tag();
        String key = newKey();
        for (int i = 0; i < 2; i++) {
            addStockIf(read, key).then().statusCode(200).body("stock", equalTo(3));
        }
        problem(addStockIf(read, newKey()), 412, "precondition-failed");
        assertEquals(3, stock(sku));
    }

    /** RFC 9111, 5.2.2.4: the catalogue is public, and asked for again by whoever keeps it. */
    @Test
    void catalogueMayBeKeptAndIsRevalidated() {
        put(sku, VALID).then().statusCode(201);
        for (String path : List.of("/products/" + sku, "/products?limit=1")) {
            String tag = given().get(path)
                    .then()
                    .statusCode(200)
                    .header("Cache-Control", equalTo("no-cache"))
                    .extract()
                    .header("ETag");
            given().header("If-None-Match", tag)
                    .get(path)
                    .then()
                    .statusCode(304)
                    .header("Cache-Control", "no-cache");
        }
    }

    private Response putIf(String header, String tags, String body) {
        return asAdmin().header(header, tags).body(body).put("/products/" + sku);
    }

    private Response addStockIf(String tag, String key) {
        return asAdmin()
                .header("If-Match", tag)
                .header("Idempotency-Key", key)
                .body("{\"delta\": 3}")
                .post("/products/" + sku + "/stock");
    }

    private String tag() {
        return given().get("/products/" + sku).header("ETag");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"price": {"amount": 450, "currency": "EUR"}}                            | name
            {"name": " ", "price": {"amount": 450, "currency": "EUR"}}               | name
            {"name": "a\\u0000b", "price": {"amount": 450, "currency": "EUR"}}       | name
            {"name": "a\\ud800", "price": {"amount": 450, "currency": "EUR"}}        | name
            {"name": "a\\u202eb", "price": {"amount": 450, "currency": "EUR"}}       | name
            {"name": "\\u00a0", "price": {"amount": 450, "currency": "EUR"}}         | name
            {"name": "Tea", "price": {"amount": 450, "currency": "\\ud800"}}         | price.currency
            {"name": "Tea"}                                                          | price
            {"name": "Tea", "price": {"currency": "EUR"}}                            | price.amount
            {"name": "Tea", "price": {"amount": 0, "currency": "EUR"}}               | price.amount
            {"name": "Tea", "price": {"amount": -1, "currency": "EUR"}}              | price.amount
            {"name": "Tea", "price": {"amount": 1.5, "currency": "EUR"}}             | price.amount
            {"name": "Tea", "price": {"amount": "450", "currency": "EUR"}}           | price.amount
            {"name": "Tea", "price": {"amount": 9223372036854775807, "currency": "EUR"}}  | price.amount
            {"name": "Tea", "price": {"amount": 9223372036854775808, "currency": "EUR"}}  | price.amount
            {"name": "Tea", "price": {"amount": 450}}                                | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "eur"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "XYZ"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "XXX"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "XTS"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "XAU"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "XDR"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "DEM"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "HRK"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "CHE"}}             | price.currency
            {"name": "Tea", "price": {"amount": 450, "currency": "EUR"}, "stock": 7} | stock
            """)
    void memberThatCannotBeTakenIsNamed(String body, String member) {
        problem(put(sku, body), 400, "invalid-request")
                .body("errors[0].in", equalTo("body"))
                .body("errors[0].name", equalTo(member));
        problem(given().get("/products/" + sku), 404, "not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT /products/tea", "POST /products/tea/stock"})
    void bodyThatIsTooLongOrOfAnotherMediaTypeIsAProblem(String operation) {
        String[] request = operation.split(" ");
        problem(
                asAdmin().body("{\"name\": \"" + "a".repeat(1 << 20) + "\"}").request(request[0], request[1]),
                413,
                "request-entity-too-large");
        problem(
                asAdmin().contentType("application/xml").body("<tea/>").request(request[0], request[1]),
                415,
                "unsupported-media-type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-a", "a%20b", "a%00", "ä", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void skuThatIsNoneIsNamed(String bad) {
        problem(asAdmin().urlEncodingEnabled(false).body(VALID).put("/products/" + bad), 400, "invalid-request")
                .body("errors[0].in", equalTo("path"))
                .body("errors[0].name", equalTo("sku"));
        problem(given().urlEncodingEnabled(false).get("/products/" + bad), 400, "invalid-request")
                .body("errors[0].name", equalTo("sku"));
    }

    @Test
    void onlyAdminsChangeTheCatalogue() {
        problem(given().contentType("application/json").body(VALID).put("/products/" + sku), 401, "unauthenticated");
        problem(as(Tokens.customer(UUID.randomUUID())).body(VALID).put("/products/" + sku), 403, "forbidden");
        problem(
                as(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT)).body(VALID).put("/products/" + sku),
                403,
                "forbidden");
        problem(
                given().contentType("application/json").body("{\"delta\": 1}").post("/products/" + sku + "/stock"),
                401,
                "unauthenticated");
        problem(
                as(Tokens.customer(UUID.randomUUID()))
                        .header("Idempotency-Key", newKey())
                        .body("{\"delta\": 1}")
                        .post("/products/" + sku + "/stock"),
                403,
                "forbidden");
    }

    @Test
    void stockIsAddedAndRemoved() {
        String product = product(5);
        addStock(newKey(), product, 4).then().statusCode(200).body("stock", equalTo(9));
        addStock(newKey(), product, -9).then().statusCode(200).body("stock", equalTo(0));
        assertEquals(0, stock(product));
    }

    @Test
    void stockNeverFallsBelowZero() {
        String product = product(5);
        problem(addStock(newKey(), product, -6), 409, "out-of-stock")
                .body("detail", containsString(product))
                .body("errors[0].name", equalTo("delta"));
        assertEquals(5, stock(product));
        together(20, i -> addStock(newKey(), product, -1));
        assertEquals(0, stock(product));
    }

    @Test
    void sameKeyChangesTheStockOnce() {
        String product = product(0);
        String key = newKey();
        String admin = Tokens.admin();
        List<Integer> stocks = together(
                8,
                i -> changeStock(admin, product, key, 3)
                        .then()
                        .statusCode(200)
                        .extract()
                        .path("stock"));
        assertEquals(List.of(3), stocks.stream().distinct().toList());
        assertEquals(3, stock(product));
    }

    @Test
    void keyOfAnotherChangeIsRefused() {
        String product = product(0);
        String admin = Tokens.admin();
        String key = newKey();
        assertEquals(200, changeStock(admin, product, key, 3).statusCode());
        problem(changeStock(admin, product, key, 4), 422, "idempotency-key-reused")
                .body("errors[0].in", equalTo("header"))
                .body("errors[0].name", equalTo("Idempotency-Key"));
        assertEquals(3, stock(product));
    }

    @Test
    void stockNeedsAKeyAndAChange() {
        String product = product(1);
        problem(asAdmin().body("{\"delta\": 1}").post("/products/" + product + "/stock"), 400, "invalid-request")
                .body("errors[0].in", equalTo("header"))
                .body("errors[0].name", equalTo("Idempotency-Key"));
        problem(addStock(newKey(), product, 0), 400, "invalid-request").body("errors[0].name", equalTo("delta"));
        problem(addStock(newKey(), product, 2_000_000_000), 400, "invalid-request")
                .body("errors[0].name", equalTo("delta"));
        problem(addStock(newKey(), "unknown", 1), 404, "not-found");
    }

    @Test
    void pagesHoldEveryProductOnceInTheOrderOfSkus() {
        List<String> mine = List.of(product(0), product(0), product(0));
        List<String> all = new ArrayList<>();
        String next = null;
        do {
            Response page = given().queryParam("limit", 2)
                    .queryParams(next == null ? Map.of() : Map.of("cursor", next))
                    .get("/products");
            all.addAll(page.then().statusCode(200).extract().path("items.sku"));
            next = page.path("next");
        } while (next != null);
        assertEquals(all.stream().sorted().distinct().toList(), all);
        assertTrue(all.containsAll(mine));
    }

    @Test
    void pageThatCannotBeAskedForIsAProblem() {
        problem(given().queryParam("limit", 0).get("/products"), 400, "invalid-request")
                .body("errors[0].name", equalTo("limit"));
        problem(given().queryParam("limit", 101).get("/products"), 400, "invalid-request")
                .body("errors[0].in", equalTo("query"));
        problem(given().queryParam("limit", "many").get("/products"), 400, "invalid-request");
        String nul = Base64.getUrlEncoder().encodeToString(new byte[1]);
        for (String cursor : List.of("?", nul)) {
            problem(given().queryParam("cursor", cursor).get("/products"), 400, "invalid-request")
                    .body("errors[0].name", equalTo("cursor"));
        }
        given().queryParam("cursor", Base64.getUrlEncoder().encodeToString("zzzz".getBytes()))
                .get("/products")
                .then()
                .statusCode(200)
                .body("items.size()", equalTo(0))
                .body("next", nullValue());
    }

    private static Response put(String sku, String body) {
        return asAdmin().body(body).put("/products/" + sku);
    }

    private static Response changeStock(String admin, String sku, String key, int delta) {
        return as(admin)
                .header("Idempotency-Key", key)
                .body("{\"delta\": %d}".formatted(delta))
                .post("/products/" + sku + "/stock");
    }
}
