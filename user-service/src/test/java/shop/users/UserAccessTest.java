/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.asAdmin;
import static shop.users.UserRequests.asService;
import static shop.users.UserRequests.registered;
import static shop.users.UserRequests.request;
import static shop.users.UserRequests.with;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.testkit.PostgresResource;
import shop.testkit.Tokens;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class UserAccessTest {
    @Test
    void usersSeeThemselvesAndAdminsAndServicesSeeAll() {
        UUID id = registered();
        for (RequestSpecification caller : List.of(as(id), asAdmin(), asService())) {
            caller.get("/users/" + id)
                    .then()
                    .statusCode(200)
                    .header("ETag", equalTo("\"1\""))
                    .body("id", equalTo(id.toString()))
                    .body("$", not(hasKey("orders")));
        }
    }

    /** RFC 9110, 13.1.2 and 15.4.5; RFC 9111, 5.2.2.5. */
    @Test
    void whoHasTheUserGetsNoneAgainAndKeepsNoneInACache() {
        UUID id = registered();
        for (String path : List.of("/users/" + id, "/users/" + id + "?include=orders", "/users?email=" + id)) {
            String tag = asAdmin()
                    .get(path)
                    .then()
                    .statusCode(200)
                    .header("Cache-Control", equalTo("private, no-store"))
                    .extract()
                    .header("ETag");
            asAdmin()
                    .header("If-None-Match", "\"x\", W/" + tag)
                    .get(path)
                    .then()
                    .statusCode(304)
                    .header("ETag", equalTo(tag))
                    .header("Cache-Control", equalTo("private, no-store"));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET", "PATCH", "DELETE"})
    void othersAreRefused(String method) {
        String path = "/users/" + registered();
        problem(request(given(), method, path), 401, "unauthenticated");
        problem(request(with("nonsense"), method, path), 401, "unauthenticated");
        problem(request(as(UUID.randomUUID()), method, path), 403, "forbidden");
        problem(
                request(with(Tokens.serviceAccount("system:serviceaccount:shop:other")), method, path),
                403,
                "forbidden");
    }

    @ParameterizedTest
    @CsvSource({"GET", "PATCH", "DELETE"})
    void anothersIdIsToldLikeOneThatIsNobodys(String method) {
        UUID stranger = UUID.randomUUID();
        assertEquals(
                problem(request(as(stranger), method, "/users/" + registered()), 403, "forbidden")
                        .extract()
                        .asString(),
                problem(request(as(stranger), method, "/users/" + UUID.randomUUID()), 403, "forbidden")
                        .extract()
                        .asString());
    }

    @ParameterizedTest
    @CsvSource({"PATCH", "DELETE"})
    void servicesOnlyRead(String method) {
        problem(request(asService(), method, "/users/" + registered()), 403, "forbidden");
    }

    @ParameterizedTest
    @CsvSource({"GET", "PATCH", "DELETE"})
    void unknownUserIsNotFound(String method) {
        problem(request(asAdmin(), method, "/users/" + UUID.randomUUID()), 404, "not-found");
        problem(request(asAdmin(), method, "/users/1"), 400, "invalid-request")
                .body("errors[0].in", equalTo("path"))
                .body("errors[0].name", equalTo("id"));
    }

    @Test
    void onlyAdminsListUsers() {
        problem(given().get("/users"), 401, "unauthenticated");
        problem(as(UUID.randomUUID()).get("/users"), 403, "forbidden");
        problem(asService().get("/users"), 403, "forbidden");
    }

    @Test
    void includeKnowsOrdersOnly() {
        UUID id = registered();
        problem(as(id).get("/users/" + id + "?include=payments"), 400, "invalid-request")
                .body("errors[0].name", equalTo("include"));
    }
}
