package shop.orders;

import static io.restassured.RestAssured.given;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.orders.Shop.problem;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import shop.testkit.TlsProfile;
import shop.testkit.Tokens;

/** The database is reached over TLS and the keys, of RS256 and of ES256, over HTTPS, with certificates that are trusted. */
@QuarkusIntegrationTest
@TestProfile(TlsProfile.Trusted.class)
class TlsIT {
    @Test
    void databaseIsReachedOverTls() {
        given().get("/products").then().statusCode(200);
    }

    @Test
    void tokensAreVerifiedByKeysThatHttpsGave() {
        asAdmin().get("/orders").then().statusCode(200);
        as(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT)).get("/orders").then().statusCode(200);
        problem(as(Tokens.admin() + "x").get("/orders"), 401, "unauthenticated");
    }
}
