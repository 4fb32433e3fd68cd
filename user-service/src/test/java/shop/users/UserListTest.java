/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.asAdmin;
import static shop.users.UserRequests.list;
import static shop.users.UserRequests.newEmail;
import static shop.users.UserRequests.registered;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.PostgresResource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class UserListTest {
    @Test
    void listIsFilteredByPrefixWhateverItsCase() {
        String prefix = "p" + UUID.randomUUID();
        UUID ada = registered(prefix + "_a@example.org", "\u00c9mile " + prefix);
        UUID bob = registered(prefix + "xb@example.org", "Bob " + prefix);
        list("email=" + prefix.toUpperCase()).body("items.id", hasSize(2));
        list("email=" + prefix + "_").body("items.id", contains(ada.toString()));
        list("email=" + prefix + "%25").body("items", empty());
        list("name=bob%20" + prefix).body("items.id", contains(bob.toString()));
        list("name=%C3%A9MILE%20" + prefix).body("items.id", contains(ada.toString()));
        list("email=" + prefix + "&name=emile").body("items", empty());
        list("name=E%CC%81mile%20" + prefix).body("items.id", contains(ada.toString()));
    }

    @Test
    void listIsPaged() {
        String prefix = "p" + UUID.randomUUID();
        List<String> ids = IntStream.range(0, 5)
                .mapToObj(i -> registered(prefix + i + "@example.org", "Ada"))
                .map(UUID::toString)
                .sorted()
                .toList();
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonPath page =
                    list("email=" + prefix + "&limit=2" + cursor).extract().jsonPath();
            assertTrue(page.getList("items").size() <= 2);
            seen.addAll(page.getList("items.id"));
            cursor = page.get("next") == null ? null : "&cursor=" + page.get("next");
        } while (cursor != null);
        assertEquals(ids, seen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=101",
                "limit=x",
                "cursor=x",
                "email=a%00b",
                "name=a%00b",
                "email=a%E2%80%AEb",
                "name=%E2%80%A8"
            })
    void badParameterIsNamed(String parameter) {
        problem(asAdmin().urlEncodingEnabled(false).get("/users?" + parameter), 400, "invalid-request")
                .body("errors[0].in", equalTo("query"))
                .body("errors[0].name", equalTo(parameter.split("=")[0]));
    }

    @Test
    void deletedUserIsNotListed() {
        String email = newEmail();
        UUID id = registered(email, "Ada");
        as(id).delete("/users/" + id).then().statusCode(204);
        list("email=" + email).body("items", empty());
    }
}
