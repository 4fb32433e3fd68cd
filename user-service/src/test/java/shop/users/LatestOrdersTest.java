/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.users.OrderServiceStub.answers;
import static shop.users.OrderServiceStub.asked;
import static shop.users.OrderServiceStub.behaves;
import static shop.users.OrderServiceStub.hangs;
import static shop.users.UserRequests.asAdmin;
import static shop.users.UserRequests.registered;
import static shop.users.UserRequests.with;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shop.testkit.PostgresResource;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class LatestOrdersTest {
    private static final int CIRCUIT_WINDOW = 10;
    private static final String ORDERS = """
            {"items":[{"id":"01990000-0000-7000-8000-000000000001","status":"CONFIRMED","lines":[],
              "total":{"amount":1990,"currency":"EUR"},"placedAt":"2026-01-01T00:00:00Z"}],"next":"more"}""";

    private UUID id;
    private String token;

    /** So that no test meets a circuit that another one opened, or nearly did. */
    @BeforeEach
    void orderServiceHasBeenWell() {
        id = registered();
        token = Tokens.customer(id);
        behaves(answers(200, ORDERS));
        await().atMost(Duration.ofSeconds(30)).until(() -> user().extract().<Boolean>path("orders.available"));
        for (int i = 0; i < CIRCUIT_WINDOW; i++) {
            user().body("orders.available", equalTo(true));
        }
    }

    @Test
    void ordersAreIncludedAndAskedForWithTheCallersToken() {
        behaves(answers(200, ORDERS));
        user().body("id", equalTo(id.toString()))
                .body("email", containsString("@"))
                .header("ETag", not(equalTo("\"1\""))) // that of the user alone
                .body("orders.available", equalTo(true))
                .body("orders.items", hasSize(1))
                .body("orders.items[0].id", equalTo("01990000-0000-7000-8000-000000000001"))
                .body("orders.items[0].status", equalTo("CONFIRMED"))
                .body("orders.items[0].total.amount", equalTo(1990))
                .body("orders.items[0].total.currency", equalTo("EUR"))
                .body("orders.items[0].placedAt", equalTo("2026-01-01T00:00:00Z"))
                .body("orders", not(hasKey("reason")));
        assertEquals("/orders?userId=" + id + "&limit=10", asked().getFirst().path());
        assertEquals("Bearer " + token, asked().getFirst().authorization());
    }

    /** W3C Trace Context, 4.2: both fields are passed on with every call. */
    @Test
    void ordersAreAskedForInTheTraceOfTheRequest() {
        String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        behaves(answers(200, ORDERS));
        with(token)
                .header("traceparent", traceparent)
                .header("tracestate", "congo=t61rcWkgMzE")
                .get("/users/" + id + "?include=orders")
                .then()
                .body("orders.available", equalTo(true));
        assertEquals(traceparent, asked().getFirst().headers().getFirst("traceparent"));
        assertEquals("congo=t61rcWkgMzE", asked().getFirst().headers().getFirst("tracestate"));
    }

    @Test
    void failureThatPassesIsNotNoticed() {
        behaves(answers(500, "{}"), answers(200, ORDERS));
        user().body("orders.available", equalTo(true));
        assertEquals(2, asked().size());
    }

    @Test
    void failureThatStaysIsTold() {
        behaves(answers(503, "{}"));
        unavailable("STATUS", "503");
        assertEquals(2, asked().size());
    }

    @Test
    void answerAboutTheRequestIsNotTriedAgain() {
        behaves(answers(403, "{}"));
        unavailable("STATUS", "403");
        assertEquals(1, asked().size());
    }

    @Test
    void refusalsDoNotOpenTheCircuit() {
        behaves(answers(401, "{}"));
        for (int i = 0; i < 2 * CIRCUIT_WINDOW; i++) {
            unavailable("STATUS", "401");
        }
    }

    @Test
    void answerThatDoesNotComeIsNotWaitedFor() {
        CountDownLatch testIsOver = new CountDownLatch(1);
        behaves(hangs(testIsOver));
        try {
            unavailable("TIMEOUT", "in time");
            assertEquals(2, asked().size());
        } finally {
            testIsOver.countDown();
        }
    }

    @Test
    void serviceThatIsNotThereIsTold() {
        OrderServiceStub.goesAway();
        try {
            unavailable("REFUSED", "reached");
        } finally {
            OrderServiceStub.comesBack();
        }
    }

    @Test
    void answerThatCannotBeReadIsTold() {
        behaves(answers(200, "<html>"));
        unavailable("FAILED", "read");
    }

    @Test
    void serviceThatKeepsFailingIsLeftAloneAndThenAskedAgain() {
        behaves(answers(500, "{}"));
        await().until(() -> "CIRCUIT_OPEN".equals(user().extract().path("orders.reason")));
        behaves(answers(200, ORDERS));
        unavailable("CIRCUIT_OPEN", "left alone");
        assertEquals(0, asked().size());
        await().atMost(Duration.ofSeconds(30)).until(() -> user().extract().<Boolean>path("orders.available"));
    }

    @Test
    void adminsSeeAUsersOrdersToo() {
        behaves(answers(200, ORDERS));
        asAdmin()
                .get("/users/" + id + "?include=orders")
                .then()
                .statusCode(200)
                .body("orders.available", equalTo(true));
        assertEquals("/orders?userId=" + id + "&limit=10", asked().getFirst().path());
    }

    private void unavailable(String reason, String detail) {
        user().body("email", containsString("@"))
                .body("orders.available", equalTo(false))
                .body("orders.reason", equalTo(reason))
                .body("orders.detail", containsString(detail))
                .body("orders", not(hasKey("items")));
    }

    private ValidatableResponse user() {
        return with(token).get("/users/" + id + "?include=orders").then().statusCode(200);
    }
}
