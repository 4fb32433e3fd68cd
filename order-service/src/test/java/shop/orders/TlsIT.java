/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.orders.Shop.as;
import static shop.orders.Shop.asAdmin;
import static shop.testkit.Problems.problem;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import shop.testkit.TlsResource;
import shop.testkit.Tokens;

/** The database is reached over TLS and the keys, of RS256 and of ES256, over HTTPS, with certificates that are trusted; so is the broker. */
class TlsIT {
    @RegisterExtension
    static final TlsResource SURROUNDINGS = new TlsResource(true);

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

    @Test
    void eventsAreSentToABrokerOverTlsWithTheServicesToken() {
        UUID order = Shop.placed(UUID.randomUUID(), Shop.product(1), 1);
        await().until(() -> SURROUNDINGS.broker().about(order).size() == 1);
        assertEquals(
                "Bearer " + TlsResource.TOKEN,
                SURROUNDINGS.broker().about(order).getFirst().headers().get("Authorization"));
    }
}
