/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import static io.restassured.RestAssured.given;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.testkit.Problems.problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import shop.testkit.TlsResource;
import shop.testkit.Tokens;

/** The servers have certificates that are not trusted. */
class UntrustedTlsIT {
    @RegisterExtension
    static final TlsResource SURROUNDINGS = new TlsResource(false);

    @Test
    void databaseIsRefused() {
        problem(given().get("/products"), 503, "database-unavailable");
    }

    @Test
    void keysAreRefusedAndSoAreTheTokens() {
        problem(asAdmin().get("/orders"), 401, "unauthenticated");
        problem(as(Tokens.serviceAccount(Tokens.TRUSTED_ACCOUNT)).get("/orders"), 401, "unauthenticated");
    }
}
