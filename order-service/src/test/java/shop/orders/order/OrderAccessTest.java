/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.authorized;
import static shop.orders.Shop.line;
import static shop.orders.Shop.newKey;
import static shop.orders.Shop.paymentDue;
import static shop.orders.Shop.placed;
import static shop.orders.Shop.product;
import static shop.orders.Shop.status;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import shop.orders.OrdersResource;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class OrderAccessTest {
    private final UUID buyer = UUID.randomUUID();
    private final String owner = Tokens.customer(buyer);
    private final String another = Tokens.customer(UUID.randomUUID());
    private final String service = Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT);
    private final String untrusted = Tokens.serviceAccount("system:serviceaccount:shop:other");

    @Test
    void nobodyGetsAnywhereWithoutAToken() {
        UUID order = placed(buyer, product(1), 1);
        problem(given().get("/orders"), 401, "unauthenticated");
        problem(given().get("/orders/" + order), 401, "unauthenticated");
        problem(given().get("/orders/" + order + "/history"), 401, "unauthenticated");
        problem(given().contentType("application/json").body("{}").post("/orders"), 401, "unauthenticated");
        for (String verb : List.of("cancel", "ship", "deliver")) {
            problem(given().post("/orders/" + order + "/" + verb), 401, "unauthenticated");
        }
    }

    @Test
    void aBodyThatIsTooLongIsRefusedWhereNoneIsRead() {
        UUID order = placed(buyer, product(1), 1);
        problem(
                as(owner).body("a".repeat(1 << 20 | 1)).post("/orders/" + order + "/cancel"),
                413,
                "request-entity-too-large");
    }

    @Test
    void ordersAreSeenByTheirOwnerAdminsAndTrustedServices() {
        UUID order = placed(buyer, product(1), 1);
        for (String path : List.of("/orders/" + order, "/orders/" + order + "/history", "/orders?userId=" + buyer)) {
            for (String token : List.of(owner, Tokens.admin(), service)) {
                as(token).get(path).then().statusCode(200);
            }
            problem(as(untrusted).get(path), 403, "forbidden");
        }
    }

    /** Neither its status nor its words tell that an order is there; a deadline that is over is not written down for a stranger. */
    @ParameterizedTest
    @CsvSource({"GET,''", "GET,/history", "POST,/cancel"})
    void orderOfAnotherIsToldLikeOneThatDoesNotExist(String method, String path) {
        UUID theirs = placed(buyer, product(1), 1);
        UUID unknown = UUID.randomUUID();
        String answer = notFound(method, theirs, path);
        assertEquals(answer, notFound(method, unknown, path).replace(unknown.toString(), theirs.toString()));
        assertEquals("PLACED", status(theirs));
    }

    private String notFound(String method, UUID order, String path) {
        return problem(as(another).request(method, "/orders/" + order + path), 404, "not-found")
                .extract()
                .asString();
    }

    @Test
    void listOfAnotherIsRefusedWhetherOrNotTheyExist() {
        placed(buyer, product(1), 1);
        for (UUID user : List.of(buyer, UUID.randomUUID())) {
            problem(as(another).get("/orders?userId=" + user), 403, "forbidden");
        }
    }

    @Test
    void whatIsToBeChargedIsToldToTheFunctionThatChargesAndToNobodyElse() {
        UUID order = placed(buyer, product(1), 1);
        problem(given().get("/orders/" + order + "/payment"), 401, "unauthenticated");
        for (String token : List.of(owner, another, Tokens.admin(), service, untrusted)) {
            problem(as(token).get("/orders/" + order + "/payment"), 403, "forbidden");
        }
        paymentDue(order).then().statusCode(200).header("Cache-Control", "private, no-store");
        String charges = Tokens.serviceAccount(Tokens.PAYMENT_ACCOUNT);
        for (String path : List.of("/orders", "/orders/" + order, "/orders/" + order + "/history")) {
            problem(as(charges).get(path), 403, "forbidden");
        }
        problem(
                as(Tokens.people(Tokens.PAYMENT_ACCOUNT, "payment")).get("/orders/" + order + "/payment"),
                403,
                "forbidden");
        problem(as(charges).get("/orders/1-1-1-1-1/payment"), 400, "invalid-request");
    }

    @Test
    void ordersAreCancelledByTheirOwnerAndAdminsOnly() {
        String sku = product(2);
        UUID first = placed(buyer, sku, 1);
        UUID second = placed(buyer, sku, 1);
        problem(as(service).post("/orders/" + first + "/cancel"), 403, "forbidden");
        as(owner).post("/orders/" + first + "/cancel").then().statusCode(200);
        asAdmin().post("/orders/" + second + "/cancel").then().statusCode(200);
    }

    @Test
    void onlyAdminsShipAndDeliver() {
        UUID order = placed(buyer, product(1), 1);
        authorized(order);
        for (String verb : List.of("ship", "deliver")) {
            for (String token : List.of(owner, another, service)) {
                problem(as(token).post("/orders/" + order + "/" + verb), 403, "forbidden");
            }
            asAdmin().post("/orders/" + order + "/" + verb).then().statusCode(200);
        }
    }

    @Test
    void servicesDoNotOrder() {
        problem(
                as(service)
                        .header("Idempotency-Key", newKey())
                        .body("{\"lines\": [%s], \"paymentToken\": \"t\"}".formatted(line(product(1), 1)))
                        .post("/orders"),
                403,
                "forbidden");
    }

    @Test
    void customersListTheirOwnOrdersNewestFirst() {
        String sku = product(9);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(placed(buyer, sku, 1).toString());
        }
        placed(UUID.randomUUID(), sku, 1);
        assertEquals(ids, pages(owner, Map.of()));
        assertEquals(ids, pages(Tokens.admin(), Map.of("userId", buyer)));
    }

    @Test
    void listIsFilteredByStatus() {
        String sku = product(9);
        UUID placed = placed(buyer, sku, 1);
        UUID confirmed = placed(buyer, sku, 1);
        authorized(confirmed);
        assertEquals(List.of(confirmed.toString()), pages(owner, Map.of("status", "CONFIRMED")));
        assertEquals(List.of(placed.toString()), pages(owner, Map.of("status", "PLACED")));
        assertTrue(pages(service, Map.of("status", "CONFIRMED")).contains(confirmed.toString()));
    }

    @ParameterizedTest
    @EnumSource
    void everyStatusCanBeAskedFor(OrderStatus status) {
        placed(buyer, product(1), 1);
        as(owner)
                .queryParam("status", status)
                .get("/orders")
                .then()
                .statusCode(200)
                .body("items", hasSize(status == OrderStatus.PLACED ? 1 : 0));
    }

    @Test
    void listThatCannotBeAskedForIsAProblem() {
        Map.of("status", "LOST", "userId", "me", "cursor", "x", "limit", "0")
                .forEach((name, value) -> problem(
                                as(owner).queryParam(name, value).get("/orders"), 400, "invalid-request")
                        .body("errors[0].in", equalTo("query"))
                        .body("errors[0].name", equalTo(name)));
    }

    private static List<String> pages(String token, Map<String, ?> filter) {
        List<String> ids = new ArrayList<>();
        Map<String, Object> query = new HashMap<>(filter);
        query.put("limit", 2);
        do {
            Response page = as(token).queryParams(query).get("/orders");
            ids.addAll(page.then().statusCode(200).extract().path("items.id"));
            query.put("cursor", page.path("next"));
        } while (query.get("cursor") != null);
        return ids;
    }
}
