/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.identity;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.Problems.problem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.kit.KitResource;
import shop.testkit.Tokens;

/** The identity of a caller by the token: the user's id, whether a customer, whether a service. */
@QuarkusTest
@QuarkusTestResource(KitResource.class)
class CallerTest {
    private static final String SUBJECT = UUID.randomUUID().toString();

    @Test
    void subjectThatIsAUuidIsTheUsersId() {
        UUID user = UUID.randomUUID();
        assertEquals(user + " true false", me(Tokens.customer(user)));
    }

    @Test
    void otherSubjectHasAnIdToo() {
        assertTrue(me(Tokens.people("not a uuid", "customer")).endsWith("true false"));
    }

    @Test
    void serviceAccountOfTheListIsAService() {
        assertEquals("nobody false true", me(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT)));
        assertEquals("nobody false false", me(Tokens.serviceAccount("system:serviceaccount:shop:other")));
    }

    /** The cluster's issuer says nothing about people, not even with a subject that is a user's id. */
    @Test
    void workloadStandsForNoPerson() {
        UUID user = UUID.randomUUID();
        String workload = Tokens.serviceAccount(user.toString());
        String withRoles = Tokens.signByCluster(
                Tokens.claims(Tokens.CLUSTER, user.toString()).groups(Set.of("customer", "admin", "service")));
        for (String token : new String[] {workload, withRoles}) {
            assertEquals("nobody false false", me(token));
            problem(as(token).get("/owned/" + user), 403, "forbidden");
        }
        problem(as(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT)).get("/person"), 403, "forbidden");
        as(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT))
                .get("/owned/" + user)
                .then()
                .statusCode(204);
        as(Tokens.customer(user)).get("/owned/" + user).then().statusCode(204);
    }

    @Test
    void peopleAreNoServices() {
        assertTrue(me(Tokens.people(SUBJECT, "service")).endsWith("false false"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/person", "/admin", "/owned/6c7b1c5e-0000-4000-8000-000000000000"})
    void callerWithoutATokenIsAskedForOne(String path) {
        problem(given().get(path), 401, "unauthenticated").header("WWW-Authenticate", equalTo("Bearer"));
    }

    @ParameterizedTest
    @MethodSource
    void tokenThatCannotBeTrustedIsRefused(String token) {
        problem(as(token).get("/person"), 401, "unauthenticated");
    }

    static Stream<Named<String>> tokenThatCannotBeTrustedIsRefused() {
        return Map.of(
                        "no token", "nonsense",
                        "unknown issuer", Tokens.signByPeople(Tokens.claims("https://evil.example", SUBJECT)),
                        "key of another issuer", Tokens.signByPeople(Tokens.claims(Tokens.CLUSTER, SUBJECT)),
                        "other audience",
                                Tokens.signByPeople(
                                        Tokens.claims(Tokens.PEOPLE, SUBJECT).audience("other")),
                        "expired",
                                Tokens.signByPeople(
                                        Tokens.claims(Tokens.PEOPLE, SUBJECT).expiresAt(1)),
                        "without a subject",
                                Tokens.signByPeople(Jwt.issuer(Tokens.PEOPLE)
                                        .upn(SUBJECT)
                                        .audience(Tokens.AUDIENCE)
                                        .expiresIn(60)))
                .entrySet()
                .stream()
                .map(token -> Named.of(token.getKey(), token.getValue()));
    }

    @Test
    void operationIsForItsRoleOnly() {
        problem(as(Tokens.customer(UUID.randomUUID())).get("/admin"), 403, "forbidden");
        as(Tokens.admin()).get("/admin").then().statusCode(200);
    }

    private static String me(String token) {
        return as(token).get("/me").then().statusCode(200).extract().asString();
    }

    private static RequestSpecification as(String token) {
        return given().auth().oauth2(token);
    }
}
