/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Concurrently.together;
import static shop.testkit.Problems.problem;
import static shop.users.UserRequests.as;
import static shop.users.UserRequests.asAdmin;
import static shop.users.UserRequests.registered;
import static shop.users.UserRequests.request;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.testkit.PostgresResource;
import shop.testkit.RecordingBroker;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class UserDeletionTest {
    private final RecordingBroker broker = RecordingBroker.shared();

    @Test
    void deletedUserIsGoneForGood() {
        UUID id = registered();
        as(id).delete("/users/" + id).then().statusCode(204);
        for (String method : List.of("GET", "PATCH", "DELETE")) {
            problem(request(as(id), method, "/users/" + id), 410, "gone");
            problem(request(asAdmin(), method, "/users/" + id), 410, "gone");
        }
    }

    /** RFC 9110, 13.1.1 and 13.1.2. */
    @Test
    void onlyTheStateThatIsMeantIsDeleted() {
        UUID id = registered();
        problem(as(id).header("If-Match", "\"2\"").delete("/users/" + id), 412, "precondition-failed");
        problem(as(id).header("If-None-Match", "\"1\"").delete("/users/" + id), 412, "precondition-failed");
        as(id).get("/users/" + id).then().statusCode(200);
        as(id).header("If-Match", "\"2\", \"1\"").delete("/users/" + id).then().statusCode(204);
        problem(as(id).header("If-Match", "\"1\"").delete("/users/" + id), 410, "gone");
    }

    @Test
    void adminsDeleteUsers() {
        UUID id = registered();
        asAdmin().delete("/users/" + id).then().statusCode(204);
        problem(as(id).get("/users/" + id), 410, "gone");
    }

    @Test
    void ofConcurrentDeletionsOneSucceeds() {
        UUID id = registered();
        List<Integer> statuses = together(8, i -> as(id).delete("/users/" + id).statusCode());
        assertEquals(1, Collections.frequency(statuses, 204));
        assertEquals(7, Collections.frequency(statuses, 410));
        await().until(() -> broker.about(id).size() == 2);
    }
}
