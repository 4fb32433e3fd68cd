package shop.users;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import shop.testkit.Tokens;

/** The requests that the tests of users have in common. */
final class UserRequests {
    private UserRequests() {}

    static String newEmail() {
        return "ada." + UUID.randomUUID() + "@example.org";
    }

    /** A new user with a token of their own. */
    static UUID registered() {
        return registered(newEmail(), "Ada Lovelace");
    }

    static UUID registered(String email, String name) {
        UUID id = UUID.randomUUID();
        register(as(id), json(email, name)).then().statusCode(201);
        return id;
    }

    static Response register(RequestSpecification caller, String body) {
        return caller.contentType(ContentType.JSON).body(body).post("/users");
    }

    static String json(String email, String name) {
        return "{\"email\":\"%s\",\"name\":\"%s\"}".formatted(email, name);
    }

    static RequestSpecification as(UUID customer) {
        return with(Tokens.customer(customer));
    }

    static RequestSpecification asAdmin() {
        return with(Tokens.admin());
    }

    static RequestSpecification asService() {
        return with(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT));
    }

    static RequestSpecification with(String token) {
        return given().auth().oauth2(token);
    }

    static ValidatableResponse problem(Response response, int status, String slug) {
        return response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("https://shop.example/problems/" + slug))
                .body("status", equalTo(status));
    }

    /** The statuses of {@code times} requests that are sent together, the lowest first. */
    static List<Integer> atOnce(int times, IntFunction<Callable<Integer>> request) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(IntStream.range(0, times).mapToObj(request).toList()).stream()
                    .map(Future::resultNow)
                    .sorted()
                    .toList();
        }
    }
}
