/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.UUID;
import shop.testkit.Tokens;

/** The requests that the tests of users have in common. */
final class UserRequests {
    private UserRequests() {}

    static String newEmail() {
        return "ada." + UUID.randomUUID() + "@example.org";
    }

    static String newKey() {
        return UUID.randomUUID().toString();
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

    static ValidatableResponse list(String parameters) {
        return asAdmin()
                .urlEncodingEnabled(false)
                .get("/users?" + parameters)
                .then()
                .statusCode(200);
    }

    static Response patch(RequestSpecification caller, UUID id, int version, String body) {
        return caller.contentType(ContentType.JSON)
                .header("If-Match", "\"" + version + "\"")
                .body(body)
                .patch("/users/" + id);
    }

    static Response request(RequestSpecification caller, String method, String path) {
        return method.equals("PATCH")
                ? caller.contentType(ContentType.JSON)
                        .header("If-Match", "\"1\"")
                        .body("{\"name\":\"A\"}")
                        .patch(path)
                : caller.request(method, path);
    }
}
