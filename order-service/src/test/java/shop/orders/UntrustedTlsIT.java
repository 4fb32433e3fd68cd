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

/** The servers have certificates that are not trusted. */
@QuarkusIntegrationTest
@TestProfile(TlsProfile.Untrusted.class)
class UntrustedTlsIT {
    @Test
    void databaseIsRefused() {
        problem(given().get("/products"), 500, "internal-error");
    }

    @Test
    void keysAreRefusedAndSoAreTheTokens() {
        problem(asAdmin().get("/orders"), 401, "unauthenticated");
        problem(as(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT)).get("/orders"), 401, "unauthenticated");
    }
}
